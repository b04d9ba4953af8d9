import { parseOffline } from './parse.ts'
import type { OfflineCall, OfflineDevice } from './parsed.ts'
import { keyOf } from './pending.ts'
import { toolUse } from './tool-use.ts'

/**
 * The switching that the grammar reads in one message, when it reads the message whole: what a person has ordered in
 * words that cannot mean anything else. Each order is good for one call.
 */
export class Orders {
  /** What may be called for each order that is still open: a toggle can be either. */
  readonly #open: (readonly string[])[]

  constructor(text: string, devices: readonly OfflineDevice[]) {
    const parsed = parseOffline(text, devices)
    this.#open = parsed.kind === 'calls' ? parsed.calls.map(waysOf) : []
  }

  /** True when exactly this call was ordered, once for each order. */
  take(tool: string, args: Readonly<Record<string, unknown>>): boolean {
    const key = keyOf({ name: tool, args })
    const at = this.#open.findIndex((ways) => ways.includes(key))
    if (at === -1) return false
    this.#open.splice(at, 1)
    return true
  }
}

function waysOf(call: OfflineCall): readonly string[] {
  switch (call.kind) {
    case 'read':
      return []
    case 'set':
    case 'plan':
      return [keyOf(toolUse(call))]
    case 'toggle':
      return [keyOf(toolUse(call, 'on')), keyOf(toolUse(call, 'off'))]
  }
}
