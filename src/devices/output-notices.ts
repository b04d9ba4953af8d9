import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import type { OutputNotice } from './device.ts'
import { causes, oppositeOf } from './output-status.ts'
import type { Output } from './output.ts'

/**
 * Tells whoever switched an output what became of it by itself. A `for` that ends as it was asked for is no news; a
 * deadline of the configuration is, and so is a line that could not be driven.
 */
export class OutputNotices {
  readonly #tell: (notice: OutputNotice) => void
  readonly #mark: string

  constructor(options: { readonly tell: (notice: OutputNotice) => void; readonly simulated: boolean }) {
    this.#tell = options.tell
    this.#mark = options.simulated ? ' (simulated)' : ''
  }

  /** A deadline came, or another try to reach the safe state. `done`: the line took it. */
  ended(output: Output, { cause, done }: { readonly cause: string; readonly done: boolean }): void {
    const { name, config, fault } = output
    const { safe, maxOnMs } = config
    const isRetry = cause === causes.fault
    if (done && isRetry) {
      this.#say(output, 'mended', `${name}: its line works again, and it was driven ${safe}${this.#mark}.`)
    } else if (!done && !isRetry) {
      const sentence = `${name}: its time is over, but it could not be driven ${safe}: it may be ${oppositeOf(safe)}${this.#mark}. I keep trying; cut its power if that cannot wait. ${fault}`
      this.#say(output, 'undriven', sentence)
    } else if (cause === causes.maxOn && maxOnMs !== undefined && maxOnMs > limits.outputPulseMaxMs) {
      // The end of a pulse was announced in the answer a moment before.
      this.#say(output, 'maxOn', `${name}: switched ${safe} by maxOn after ${formatDuration(maxOnMs)}${this.#mark}.`)
    }
  }

  /** After `off for 10m` it was to be on again. */
  notBack(output: Output, why: string): void {
    const { name, config } = output
    const sentence = `${name} was to be ${oppositeOf(config.safe)} again${this.#mark}, but: ${why}`
    this.#say(output, 'not back', sentence)
  }

  #say({ name, status }: Output, kind: OutputNotice['kind'], sentence: string): void {
    this.#tell({ device: name, kind, sentence, asker: status.asker })
  }
}
