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

export type DeviceConfig = SwitchConfig | ContactConfig | SensorConfig

/** Whatever is only read, but for a contact. */
export type SensorConfig =
  PulseConfig | I2cSensorConfig | Ads1115Config | Ina219Config | Mcp3008Config | KernelSensorConfig

/**
 * An output, which is off or on, and its limits. Durations in milliseconds; `undefined`: no such limit. Where it has a
 * scale, off is its safe level and on any other one.
 */
export interface SwitchConfig {
  readonly kind: 'switch' | 'light' | 'level'
  /** A GPIO line; of an output that a kernel driver has, `led:NAME` or `pwm:CHIP/CHANNEL@HERTZ`. */
  readonly line: string
  /** In percent. `undefined`: it is all or nothing. */
  readonly scale: { readonly min: number; readonly max: number; readonly safe: number } | undefined
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
  /** How long all others of the group must have been off before it goes on; the longest of the two that change counts. */
  readonly deadTimeMs: number | undefined
  readonly confirm: boolean
}

export interface ContactConfig {
  readonly kind: 'contact'
  readonly line: string
  readonly pull: 'up' | 'down' | 'off'
  readonly invert: boolean
  readonly debounceMs: number
}

/** A button counts how often it was pressed, a counter the rising edges of its line. */
export interface PulseConfig {
  readonly kind: 'button' | 'counter'
  readonly line: string
  readonly pull: 'up' | 'down' | 'off'
  readonly invert: boolean
  readonly debounceMs: number
}

/** A chip with an address and nothing to choose. */
export interface I2cSensorConfig {
  readonly kind: 'bme280' | 'bmp280' | 'sht4x' | 'aht20' | 'bh1750' | 'tmp102' | 'lm75'
  readonly bus: number
  readonly address: number
}

export interface Ads1115Config {
  readonly kind: 'ads1115'
  readonly bus: number
  readonly address: number
  readonly channel: number
  /** The data sheet's gain: 1 measures up to 4.096 V, 2 up to 2.048 V, 2/3 up to 6.144 V. */
  readonly gain: '2/3' | 1 | 2 | 4 | 8 | 16
}

export interface Ina219Config {
  readonly kind: 'ina219'
  readonly bus: number
  readonly address: number
  readonly shuntOhms: number
}

export interface Mcp3008Config {
  readonly kind: 'mcp3008'
  readonly spi: string
  readonly channel: number
  readonly vref: number
}

/** A sensor that a kernel driver reads, by its name: numbers such as hwmon3 move between boots. */
export type KernelSensorConfig =
  | {
      readonly kind: 'hwmon' | 'iio'
      readonly name: string
      /** As in the names of its files: `temp1` is temp1_input, `voltage0` is in_voltage0_raw. */
      readonly value: string
      /** The kernel's name of its place, for example `1-0045`; only needed where two have one name. */
      readonly device: string | undefined
    }
  | { readonly kind: 'ds18b20'; readonly id: string }
  | { readonly kind: 'thermal'; readonly zone: string }
