/**
 * Providers that need only their key in the environment. Addresses, names and models as the providers' own documents
 * gave them in November 2026 (platform.claude.com, developers.openai.com, ai.google.dev, openrouter.ai,
 * api-docs.deepseek.com, console.groq.com, docs.mistral.ai, docs.x.ai, docs.ollama.com, llama.cpp's server README). Models
 * are shut down with a few months' notice: no default is one whose end is announced.
 */
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
  /** Whether calls may come as text, because the server does not read them out of what the model writes. */
  readonly readsTextCalls: boolean
  /** Where the signature of thoughts stands that Gemini wants with each call of the history: Google's place or OpenRouter's. */
  readonly callSignature: 'none' | 'google' | 'openrouter'
  /** What has to stand in each request besides. */
  readonly bodyExtra: Readonly<Record<string, unknown>>
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
  readsTextCalls: true,
  callSignature: 'none',
  bodyExtra: {},
}

const entries: Readonly<Record<string, Entry>> = {
  anthropic: {
    api: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    keyName: 'ANTHROPIC_API_KEY',
    defaultModel: 'claude-sonnet-5-5',
    flags: { readsTextCalls: false },
  },
  openai: {
    api: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    keyName: 'OPENAI_API_KEY',
    defaultModel: 'gpt-6.1-terra',
    flags: { outputCap: 'max_completion_tokens', promptCacheKey: true, readsTextCalls: false },
  },
  gemini: {
    api: 'openai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyName: 'GEMINI_API_KEY',
    defaultModel: 'gemini-3.5-flash-lite',
    flags: { readsTextCalls: false },
  },
  openrouter: {
    api: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyName: 'OPENROUTER_API_KEY',
    // Not openrouter/auto: what it may choose would want thoughts of its own back.
    defaultModel: 'anthropic/claude-sonnet-5.5',
    flags: {},
  },
  deepseek: {
    api: 'openai',
    baseUrl: 'https://api.deepseek.com',
    keyName: 'DEEPSEEK_API_KEY',
    defaultModel: 'deepseek-flash',
    // It thinks unless told not to, and then refuses each call of the history that comes without its thoughts.
    flags: { bodyExtra: { thinking: { type: 'disabled' } } },
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
    defaultModel: 'grok-4.3',
    flags: { outputCap: 'max_completion_tokens', readsTextCalls: false },
  },
  ollama: {
    api: 'openai',
    baseUrl: 'http://127.0.0.1:11434/v1',
    keyName: undefined,
    defaultModel: undefined,
    flags: {},
  },
  llamacpp: {
    api: 'openai',
    baseUrl: 'http://127.0.0.1:8080/v1',
    keyName: undefined,
    defaultModel: undefined,
    flags: {},
  },
}

interface ModelRule {
  readonly provider: string
  readonly models: RegExp
  readonly flags: Partial<ProviderFlags>
}

/**
 * What single models want. Thoughts have to come back with the calls that they led to, unchanged and behind an unchanged
 * history; ours is cut to its window. So thinking is off where it can be, and otherwise never sent back, which Anthropic
 * allows.
 */
const modelRules: readonly ModelRule[] = [
  { provider: 'gemini', models: /^(?!gemini-[12]\b)/, flags: { callSignature: 'google' } },
  { provider: 'openrouter', models: /^google\/(?!gemini-[12]\b)/, flags: { callSignature: 'openrouter' } },
  // In this wire format they take tools only without thinking, and think unless told not to.
  { provider: 'openai', models: /^gpt-(?:5\.[1-9]|[6-9])/, flags: { bodyExtra: { reasoning_effort: 'none' } } },
  {
    provider: 'anthropic',
    models: /^claude-sonnet-5-5/,
    flags: { bodyExtra: { thinking: { type: 'between_tools' } } },
  },
  {
    provider: 'anthropic',
    models: /^claude-(?:haiku-5|sonnet-5$)/,
    flags: { bodyExtra: { thinking: { type: 'disabled' } } },
  },
]

function entryOf(name: string): Entry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined
}

export function knownProvider(name: string): KnownProvider | undefined {
  return entryOf(name)
}

/** The flags of this model of this provider; of a provider that is not known, the usual ones. */
export function providerFlags(provider: string, modelName: string): ProviderFlags {
  const rule = modelRules.find((each) => each.provider === provider && each.models.test(modelName))
  return { ...usualFlags, ...entryOf(provider)?.flags, ...rule?.flags }
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

/** Where the key of a search engine stands; undefined for one that needs none. */
export function searchKeyName(engine: unknown): string | undefined {
  return engine === 'brave' ? 'BRAVE_API_KEY' : engine === 'tavily' ? 'TAVILY_API_KEY' : undefined
}

/** Where the channels' tokens stand when pincer.yaml does not say. */
export const telegramTokenName = 'TELEGRAM_BOT_TOKEN'
export const discordTokenName = 'DISCORD_BOT_TOKEN'
