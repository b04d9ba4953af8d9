import * as v from 'valibot'
import type { Level } from '../../hardware/ports.ts'
import { limits } from '../../limits.ts'
import type { HardwareTools, HardwareToolsOptions } from './hardware-tools.ts'
import { defineTool } from '../tool.ts'
import { HeldLines } from './held-lines.ts'
import { askHuman, freeLine, marked, refuseWhenLatched, requireApproval } from './raw-rules.ts'

const writeAction = (name: string, value: Level): string => `set ${name} to ${value}`

/** gpio_read and gpio_write. A line that was written stays held, so that its level stays, until `close`. */
export function createGpioTools(options: HardwareToolsOptions): HardwareTools {
  const held = new HeldLines(options.hardware.gpio, options.rawLines)
  const read = defineTool({
    name: 'gpio_read',
    description: 'Read a free line, e.g. GPIO5',
    arguments: v.strictObject({ line: v.string() }),
    access: 'read',
    acts: () => false,
    timeoutMs: limits.toolTimeoutMs,
    async run({ line }) {
      const { name } = freeLine(options, line, 'device_read')
      return marked(options, `${name} is ${await held.read(name)}`)
    },
  })
  const write = defineTool({
    name: 'gpio_write',
    description: 'Drive a free line to 0 or 1',
    arguments: v.strictObject({ line: v.string(), value: v.picklist([0, 1]) }),
    access: 'change',
    acts: () => true,
    counts: () => true,
    timeoutMs: limits.toolTimeoutMs,
    // What would be refused anyway is refused before a person is asked.
    needsHuman({ line, value }) {
      refuseWhenLatched(options)
      return askHuman(options, writeAction(freeLine(options, line, 'device_set').name, value))
    },
    async run({ line, value }, context) {
      const { name } = freeLine(options, line, 'device_set')
      requireApproval(options, writeAction(name, value), context)
      // Asked again at the moment of writing: /stop all may have come while other writes were waited for.
      await held.write(name, value, () => refuseWhenLatched(options))
      return marked(options, `${name} is now ${value}`)
    },
  })
  return { tools: [read, write], close: () => held.letGo() }
}
