/** What the grammar needs to know of a device; a DeviceSummary is one. */
export interface OfflineDevice {
  /** Lower-case letters, digits, `-` and `_`. */
  readonly name: string
  /** True for what can be switched. */
  readonly output: boolean
  /** For example `['temperature', 'humidity']`; `['state']` for switches and contacts. */
  readonly quantities: readonly string[]
  /** True where its temperature is read in °F. */
  readonly isFahrenheit?: boolean
  /** True for outputs that take a percentage too. */
  readonly hasLevel?: boolean
}

/** What an output is set to; a number is a level in percent. */
export type Setting = 'on' | 'off' | number

/** One thing that a sentence asks for. `name` of a read is undefined for all devices. */
export type OfflineCall =
  | { readonly kind: 'read'; readonly name: string | undefined }
  | {
      readonly kind: 'set'
      readonly name: string
      readonly value: Setting
      /** Switch back after this long, milliseconds. */
      readonly forMs: number | undefined
    }
  | { readonly kind: 'toggle'; readonly name: string }
  | PlanCall

/** Something for later, or about what is planned: one call of a `schedule_*` tool. */
export interface PlanCall {
  readonly kind: 'plan'
  readonly name: undefined
  readonly use: ToolUse
  /** A message that the grammar reads as this. */
  readonly words: string
}

/** A tool call without its id. */
export interface ToolUse {
  readonly name: 'device_read' | 'device_set' | 'schedule_add' | 'schedule_list' | 'schedule_update' | 'schedule_remove'
  readonly args: Readonly<Record<string, unknown>>
}

export type Parsed =
  /** The whole message was understood; at least one call, none of them twice, none against another. */
  | { readonly kind: 'calls'; readonly calls: readonly OfflineCall[]; readonly notes: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'greeting'; readonly thanks: boolean }
  | Unclear

/** Nothing of such a message is acted on. */
export interface Unclear {
  readonly kind: 'unclear'
  /** The words that were not understood, as the person wrote them; the whole message when it is refused for `reason`. */
  readonly notUnderstood: string
  /** Why a message of known words is refused; a sentence. */
  readonly reason: string | undefined
  /** The nearest message that would be understood; `help` when nothing is near. */
  readonly nearest: string
  /** Of a message about later: two that would be understood. */
  readonly examples?: readonly string[]
}

/** Whether a call drives an output, now or later, or changes what is planned. */
export function actsOnOutput(call: OfflineCall): boolean {
  return call.kind === 'plan' ? call.use.name !== 'schedule_list' : call.kind !== 'read'
}

/** Two calls of one key ask for the same. */
export function callKey(call: OfflineCall): string {
  return JSON.stringify(call)
}
