/** The configuration after it was read, checked and filled with defaults. Frozen; the shape of pincer.yaml. */
export interface Config {
  /** Models tried in order, `provider/model` or `offline`. */
  readonly models: readonly string[]
  readonly providers: Readonly<Record<string, ProviderConfig>>
  readonly channels: { readonly telegram?: TelegramConfig; readonly discord?: DiscordConfig }
  /** `auto`, `simulated`, or the id of a file in boards/. */
  readonly board: string
  readonly devices: Readonly<Record<string, DeviceConfig>>
  readonly hardware: { readonly raw: 'off' | 'ask' | 'allow' }
  readonly shell: {
    readonly policy: 'off' | 'ask' | 'allow'
    /** The policy stands in pincer.yaml, and is not the one that holds without it. */
    readonly isAskedFor: boolean
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly network: boolean
    readonly timeoutMs: number
  }
  readonly web: {
    readonly allowPrivate: readonly string[]
    /** `off`, `brave`, `tavily`, or the address of a SearXNG. */
    readonly search: string
    /** The key of the search engine that wants one. */
    readonly searchKey?: string
  }
  /** `undefined`: off. */
  readonly heartbeatMs: number | undefined
  readonly limits: { readonly iterations: number; readonly tokensPerDay: number; readonly actsPerHour: number }
  readonly timezone: string
  readonly units: 'metric' | 'imperial'
}

export interface ProviderConfig {
  readonly api: 'openai' | 'anthropic'
  readonly baseUrl: string
  readonly apiKey?: string
}

export interface TelegramConfig {
  readonly token: string
  readonly allow: readonly number[]
  readonly guests: readonly number[]
  readonly progress: boolean
  readonly apiRoot: string
}

export interface DiscordConfig {
  readonly token: string
  readonly allow: readonly string[]
  readonly guests: readonly string[]
}

export type DeviceConfig = SwitchConfig | ContactConfig | Bme280Config | Mcp3008Config | LaterDeviceConfig

/** An on/off output and its limits. Durations in milliseconds; `undefined`: no such limit. */
export interface SwitchConfig {
  readonly kind: 'switch'
  readonly line: string
  readonly invert: boolean
  /** The state driven at start, stop, latch and failure. */
  readonly safe: 'on' | 'off'
  /** `safe`: start in the safe state; `last`: restore the state before the restart, within its maxOn deadline. */
  readonly start: 'safe' | 'last'
  readonly maxOnMs: number | undefined
  readonly minOnMs: number | undefined
  readonly minOffMs: number | undefined
  readonly perMinute: number | undefined
  /** Of all switches that name the same group at most one is on. */
  readonly interlock: string | undefined
  readonly confirm: boolean
}

export interface ContactConfig {
  readonly kind: 'contact'
  readonly line: string
  readonly pull: 'up' | 'down' | 'off'
  readonly invert: boolean
  readonly debounceMs: number
}

export interface Bme280Config {
  readonly kind: 'bme280'
  readonly bus: number
  readonly address: number
}

export interface Mcp3008Config {
  readonly kind: 'mcp3008'
  readonly spi: string
  readonly channel: number
  readonly vref: number
}

/** Kinds that the schema knows and this version cannot drive: `check` notes them, `run` refuses them. */
export interface LaterDeviceConfig {
  readonly kind: 'button' | 'counter' | 'ads1115' | 'ina219'
  readonly [key: string]: unknown
}
