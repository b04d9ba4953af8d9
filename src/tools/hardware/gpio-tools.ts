import * as v from 'valibot'
import { PincerError, sentenceOf } from '../../errors.ts'
import type { Level, OutputLine } from '../../hardware/ports.ts'
import { limits } from '../../limits.ts'
import type { HardwareTools, HardwareToolsOptions } from '../hardware.ts'
import { defineTool } from '../tool.ts'
import { askHuman, freeLine, marked, refuseWhenLatched, requireApproval } from './raw-rules.ts'

const consumer = 'pincer raw'
const writeAction = (name: string, value: Level): string => `set ${name} to ${value}`

/** gpio_read and gpio_write. A line that was written stays held, so that its level stays, until `close`. */
export function createGpioTools(options: HardwareToolsOptions): HardwareTools {
  const held = new HeldLines(options.hardware.gpio)
  const read = defineTool({
    name: 'gpio_read',
    description: 'Read a free GPIO line',
    arguments: v.strictObject({ line: v.pipe(v.string(), v.description('e.g. GPIO5')) }),
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
    description: 'Drive a free GPIO line',
    arguments: v.strictObject({ line: v.string(), value: v.picklist([0, 1]) }),
    access: 'change',
    acts: () => true,
    outputs: true,
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
  return { tools: [read, write], close: () => held.close() }
}

/** Output lines that raw writes hold, by name; one operation at a time. */
class HeldLines {
  readonly #gpio: HardwareToolsOptions['hardware']['gpio']
  readonly #lines = new Map<string, OutputLine>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(gpio: HardwareToolsOptions['hardware']['gpio']) {
    this.#gpio = gpio
  }

  /** A line that is not held is taken as an input for the moment, with the pull it has. */
  read(name: string): Promise<Level> {
    return this.#inTurn(async () => {
      const output = this.#lines.get(name)
      if (output !== undefined) return output.get()
      const input = await this.#gpio.requestInput({ line: name, consumer })
      try {
        return await input.get()
      } finally {
        await input.release()
      }
    })
  }

  write(name: string, level: Level, check: () => void): Promise<void> {
    return this.#inTurn(async () => {
      check()
      const output = this.#lines.get(name)
      if (output !== undefined) await output.set(level)
      else this.#lines.set(name, await this.#gpio.requestOutput({ line: name, consumer, initial: level }))
    })
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      const faults: string[] = []
      for (const [name, output] of this.#lines) {
        try {
          await output.set(0)
          await output.release()
          this.#lines.delete(name)
        } catch (error) {
          faults.push(`${name}: ${sentenceOf(error)}`)
        }
      }
      if (faults.length > 0)
        throw new PincerError(
          'hardware',
          `Not every raw output could be driven low. ${faults.join(' ')} Check these lines.`,
        )
    })
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}
