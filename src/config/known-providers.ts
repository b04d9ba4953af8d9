/** Providers that need only their key in the environment. Addresses as the providers document them. */
export interface KnownProvider {
  readonly api: 'openai' | 'anthropic'
  readonly baseUrl: string
  /** The environment variable that holds the key; undefined for servers on this machine, which need none. */
  readonly keyName: string | undefined
  /** Taken when the key stands ready and nothing names a model: one that calls tools well at a low price. */
  readonly defaultModel: string | undefined
}

/** What providers do differently behind the same wire format. */
export interface ProviderFlags {
  /** The name of the field that bounds the reply. */
  readonly outputCap: 'max_tokens' | 'max_completion_tokens'
  /** Whether `stream_options` is understood; who does not ask for it sends the usage unasked, or never. */
  readonly streamOptions: boolean
  /** Whether the cache wants a key of ours to find what it knows. */
  readonly promptCacheKey: boolean
  /** The form of the ids of calls: up to 40 letters, digits, _ and -, or exactly nine letters and digits. */
  readonly callIds: 'any' | 'nine'
  /** Whether the person may not speak right behind a tool's result. */
  readonly assistantAfterTool: boolean
  /** Whether the size of the context is told with each request. */
  readonly tellsContext: boolean
  /** Whether calls may come as text, because the server does not read them out of what the model writes. */
  readonly readsTextCalls: boolean
  /** What has to stand beside each call of the history. */
  readonly callExtra: Readonly<Record<string, unknown>>
}

interface Entry extends KnownProvider {
  readonly flags: Partial<ProviderFlags>
}

/** What servers that nobody described are taken for. */
const usualFlags: ProviderFlags = {
  outputCap: 'max_tokens',
  streamOptions: true,
  promptCacheKey: false,
  callIds: 'any',
  assistantAfterTool: false,
  tellsContext: false,
  readsTextCalls: true,
  callExtra: {},
}

const entries: Readonly<Record<string, Entry>> = {
  anthropic: {
    api: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    keyName: 'ANTHROPIC_API_KEY',
    defaultModel: 'claude-sonnet-4-5',
    flags: { readsTextCalls: false },
  },
  openai: {
    api: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    keyName: 'OPENAI_API_KEY',
    defaultModel: 'gpt-5-mini',
    flags: { outputCap: 'max_completion_tokens', promptCacheKey: true, readsTextCalls: false },
  },
  gemini: {
    api: 'openai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyName: 'GEMINI_API_KEY',
    defaultModel: 'gemini-2.5-flash',
    flags: { readsTextCalls: false },
  },
  openrouter: {
    api: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyName: 'OPENROUTER_API_KEY',
    defaultModel: 'openrouter/auto',
    flags: {},
  },
  deepseek: {
    api: 'openai',
    baseUrl: 'https://api.deepseek.com',
    keyName: 'DEEPSEEK_API_KEY',
    defaultModel: 'deepseek-chat',
    flags: {},
  },
  groq: {
    api: 'openai',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyName: 'GROQ_API_KEY',
    defaultModel: 'openai/gpt-oss-120b',
    flags: { outputCap: 'max_completion_tokens' },
  },
  mistral: {
    api: 'openai',
    baseUrl: 'https://api.mistral.ai/v1',
    keyName: 'MISTRAL_API_KEY',
    defaultModel: 'mistral-small-latest',
    // It refuses every field that it does not know, stream_options among them.
    flags: {
      streamOptions: false,
      promptCacheKey: true,
      callIds: 'nine',
      assistantAfterTool: true,
      readsTextCalls: false,
    },
  },
  xai: {
    api: 'openai',
    baseUrl: 'https://api.x.ai/v1',
    keyName: 'XAI_API_KEY',
    defaultModel: 'grok-4-fast',
    flags: { outputCap: 'max_completion_tokens', readsTextCalls: false },
  },
  // Its OpenAI form passes no context size on so far (its versions differ, and unknown fields do no harm): whoever
  // wants more than the default of the server sets OLLAMA_CONTEXT_LENGTH there.
  ollama: {
    api: 'openai',
    baseUrl: 'http://127.0.0.1:11434/v1',
    keyName: undefined,
    defaultModel: undefined,
    flags: { tellsContext: true },
  },
  llamacpp: {
    api: 'openai',
    baseUrl: 'http://127.0.0.1:8080/v1',
    keyName: undefined,
    defaultModel: undefined,
    flags: {},
  },
}

/** From Gemini 3 on each call of the history carries a signature; Google documents this word for those without one. */
const unsignedCall = { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } }

function entryOf(name: string): Entry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined
}

export function knownProvider(name: string): KnownProvider | undefined {
  return entryOf(name)
}

/** The flags of this model of this provider; of a provider that is not known, the usual ones. */
export function providerFlags(provider: string, modelName: string): ProviderFlags {
  const flags = { ...usualFlags, ...entryOf(provider)?.flags }
  const isSigned = provider === 'gemini' && !/^gemini-[12]\b/.test(modelName)
  return isSigned ? { ...flags, callExtra: unsignedCall } : flags
}

/** The model of the first known provider whose key stands ready; else the one that needs none. */
export function readyModel(lookup: (name: string) => string | undefined): string {
  for (const [name, { keyName, defaultModel }] of Object.entries(entries)) {
    if (keyName !== undefined && defaultModel !== undefined && lookup(keyName) !== undefined) {
      return `${name}/${defaultModel}`
    }
  }
  return 'offline'
}

export function knownProviderNames(): readonly string[] {
  return Object.keys(entries)
}

/** Where the channels' tokens stand when pincer.yaml does not say. */
export const telegramTokenName = 'TELEGRAM_BOT_TOKEN'
export const discordTokenName = 'DISCORD_BOT_TOKEN'
