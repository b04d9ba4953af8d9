/** Providers that need only their key in the environment. Addresses as the providers document them. */
export interface KnownProvider {
  readonly api: 'openai' | 'anthropic'
  readonly baseUrl: string
  /** The environment variable that holds the key. */
  readonly keyName: string
}

const knownProviders: Readonly<Record<string, KnownProvider>> = {
  anthropic: { api: 'anthropic', baseUrl: 'https://api.anthropic.com', keyName: 'ANTHROPIC_API_KEY' },
  openai: { api: 'openai', baseUrl: 'https://api.openai.com/v1', keyName: 'OPENAI_API_KEY' },
  gemini: {
    api: 'openai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyName: 'GEMINI_API_KEY',
  },
  openrouter: { api: 'openai', baseUrl: 'https://openrouter.ai/api/v1', keyName: 'OPENROUTER_API_KEY' },
  deepseek: { api: 'openai', baseUrl: 'https://api.deepseek.com', keyName: 'DEEPSEEK_API_KEY' },
  groq: { api: 'openai', baseUrl: 'https://api.groq.com/openai/v1', keyName: 'GROQ_API_KEY' },
  mistral: { api: 'openai', baseUrl: 'https://api.mistral.ai/v1', keyName: 'MISTRAL_API_KEY' },
  xai: { api: 'openai', baseUrl: 'https://api.x.ai/v1', keyName: 'XAI_API_KEY' },
}

export function knownProvider(name: string): KnownProvider | undefined {
  return Object.hasOwn(knownProviders, name) ? knownProviders[name] : undefined
}

/** The variables that hold the keys of known providers. */
export function providerKeyNames(): readonly string[] {
  return Object.values(knownProviders).map(({ keyName }) => keyName)
}

export function knownProviderNames(): readonly string[] {
  return Object.keys(knownProviders)
}

/** Where the channels' tokens stand when pincer.yaml does not say. */
export const telegramTokenName = 'TELEGRAM_BOT_TOKEN'
export const discordTokenName = 'DISCORD_BOT_TOKEN'
