import type { BusDevice } from './bus-devices.ts'

/** What tools, commands and the offline model know of devices. They see names, never lines, buses or chips. */

/** One measured or driven value with everything a reader needs to judge it. */
export interface Reading {
  /** The device, for example `room`. */
  readonly device: string
  /** Which of its values, for example `temperature`; `state` for switches, contacts and buttons. */
  readonly quantity: string
  /** `unknown`: an output whose line cannot be driven; `read` of it fails, and says why. */
  readonly value: number | SwitchState | 'open' | 'closed' | 'pressed' | 'released' | 'unknown'
  /** For example `°C`, `%`, `hPa`, `V`; empty for states. */
  readonly unit: string
  /** Wall clock, milliseconds since 1970, of the moment it was measured. */
  readonly timeMs: number
  /** How old it is now, by the monotonic clock. */
  readonly ageMs: number
  /** Where it comes from, for example `bme280 on I2C bus 1 at 0x76`. */
  readonly source: string
  readonly simulated: boolean
  /** Switches and buttons: how long it has had this state, in milliseconds. */
  readonly heldMs?: number
  /** Switches only: in how long it leaves this state by itself, in milliseconds. */
  readonly endsInMs?: number
  /** Switches only: what made it so when nobody asked for it at that moment, for example `switched off by maxOn`. */
  readonly cause?: string
  /** What to know of this value, for example `jumped from 21.5 °C, measured twice`. */
  readonly note?: string
}

export type ReadOutcome =
  | { readonly device: string; readonly status: 'ok'; readonly readings: readonly Reading[] }
  | { readonly device: string; readonly status: 'failed'; readonly reason: string }

export type SwitchState = 'on' | 'off'

export interface DeviceSummary {
  readonly name: string
  readonly kind: string
  /** True for outputs: `set` works on it. */
  readonly output: boolean
  /** Readable values, for example `['temperature', 'humidity', 'pressure']`; `['state']` for switches and contacts. */
  readonly quantities: readonly string[]
  /** True where its temperature is read in °F, as `units: imperial` has it. */
  readonly isFahrenheit?: boolean
  /** Outputs only: its level can be set in percent. */
  readonly hasLevel?: boolean
  /** Outputs only: the state that is always allowed. */
  readonly safe?: SwitchState
  /** Outputs with `maxOn` only: how long it may be on. */
  readonly maxOnMs?: number
  /** Limits in a few words for the prompt and /status, for example `maxOn 2h, confirm`; empty when there are none. */
  readonly limits: string
}

/** Who asked for a switching, and where: there they hear how it ended when that was not what they asked for. */
export interface Asker {
  readonly channel: string
  readonly chat: string
  /** The id of the person. */
  readonly person: string
}

/** What an output did, or could not do, when nobody asked for it at that moment. */
export interface OutputNotice {
  readonly device: string
  readonly kind: 'maxOn' | 'undriven' | 'mended' | 'not back' | 'stuck'
  readonly sentence: string
  /** Who switched it; `undefined` when nobody knows. */
  readonly asker: Asker | undefined
}

export interface SetRequest {
  readonly name: string
  readonly value: SwitchState
  /** Instead of `value`, for outputs with a level. */
  readonly percent?: number
  /** Switch back to the opposite state after this long, in milliseconds. */
  readonly forMs?: number
  /** What a human said yes to, word for word as `confirmation` gives it; needed by devices marked `confirm`. */
  readonly approved?: string
  readonly asker?: Asker
}

export interface SetOutcome {
  readonly name: string
  readonly state: SwitchState
  readonly changed: boolean
  /** One sentence for people and models: what is now true and until when. */
  readonly sentence: string
}

export interface SafeOrder {
  /** Refuses every set until `unlatch`, also after a restart. */
  readonly latch: boolean
  /** In words behind "switched off by". */
  readonly reason: string
  /** These outputs; all, where it is left out. */
  readonly only?: readonly string[]
}

/**
 * Told that something happened at a device: its state is another one, or its line had an edge. `rising` is that of the
 * line; of a button it is a press, with `invert` of a counter the falling one. Must not throw or wait.
 */
export type DeviceListener = (edge: 'rising' | 'falling' | undefined) => void

/**
 * All configured devices and the limits on their outputs. Every path to an output ends here.
 * Refusals are PincerError (`limit`, `latched`, `needs_human`, `unknown_device`, `hardware`) with the limit and until when.
 */
export interface Devices {
  /** Drives every output to its safe (or restorable) state, then opens the inputs. */
  start(): Promise<void>
  /** Drives every output safe and gives all lines back. */
  stop(): Promise<void>
  list(): readonly DeviceSummary[]
  /** Reads one device, or all; a failing device is an outcome, not an exception. An unknown name is `unknown_device`. */
  read(name: string | undefined, signal: AbortSignal): Promise<readonly ReadOutcome[]>
  /** The latest reading of everything, without touching a line or a bus; nothing for what was never read or failed. */
  known(): readonly Reading[]
  /**
   * Tells what happens at an output, contact, button or counter, whoever caused it, until the answer is called. Sensors
   * tell nothing by themselves: they are read. What was before is not told: read the device after this.
   */
  watch(name: string, listener: DeviceListener): () => void
  set(request: SetRequest): Promise<SetOutcome>
  /** The exact sentence that a human is asked to allow, when this set needs one. */
  confirmation(request: SetRequest): string | undefined
  /** Drives outputs safe now, whatever minOn says. */
  driveSafe(order: SafeOrder): Promise<void>
  unlatch(): Promise<void>
  /** Why outputs are latched, or `undefined`. */
  latched(): string | undefined
  /** The device that uses this line (by name or `chip:offset`), if any: raw tools may not touch it. */
  ownerOfLine(line: string): string | undefined
  /** The devices that are reached over a bus: raw tools may at most read a register of them. */
  readonly onBuses: readonly BusDevice[]
}
