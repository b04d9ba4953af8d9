import type { OfflineCall, ToolUse } from './parsed.ts'
import { durationText } from './render.ts'

/** The tool call that a grammar's call is made of; a toggle reads first, `state` is what it read. */
export function toolUse(call: OfflineCall, state?: 'on' | 'off'): ToolUse {
  switch (call.kind) {
    case 'plan':
      return call.use
    case 'read':
      return { name: 'device_read', args: call.name === undefined ? {} : { name: call.name } }
    case 'set': {
      const duration = call.forMs === undefined ? {} : { for: durationText(call.forMs) }
      return { name: 'device_set', args: { name: call.name, value: call.value, ...duration } }
    }
    case 'toggle':
      return state === undefined
        ? { name: 'device_read', args: { name: call.name } }
        : { name: 'device_set', args: { name: call.name, value: state === 'on' ? 'off' : 'on' } }
  }
}
