import { PincerError } from '../errors.ts'
import type { Bias, Edge, GpioPort, InputLine, Level } from '../hardware/ports.ts'
import { consumerOf, describeLineFault } from './line-fault.ts'
import { createSerial } from './serial.ts'

export interface HeldInputOptions {
  readonly gpio: GpioPort
  readonly device: string
  readonly line: string
  readonly bias: Bias
  readonly debounceMs: number
  readonly activeLow?: boolean
  readonly onEdge?: (edge: Edge, atMs: number) => void
}

/** An input line that is kept requested, so that the kernel debounces it; one that failed is requested anew. */
export class HeldInput {
  readonly #options: HeldInputOptions
  readonly #serial = createSerial()
  #line: InputLine | undefined
  #closed = false

  constructor(options: HeldInputOptions) {
    this.#options = options
  }

  /** Requests the line where it is not held. Fails with PincerError `hardware`. */
  async open(): Promise<void> {
    await this.#opened()
  }

  /** The debounced level. Fails with PincerError `hardware`; the next call requests the line again. */
  async level(): Promise<Level> {
    const line = await this.#opened()
    try {
      return await line.get()
    } catch (error) {
      if (this.#line === line) this.#line = undefined
      await line.release().catch(() => undefined)
      throw this.#fault(error)
    }
  }

  close(): Promise<void> {
    return this.#serial(async () => {
      this.#closed = true
      const line = this.#line
      this.#line = undefined
      await line?.release().catch(() => undefined)
    })
  }

  #opened(): Promise<InputLine> {
    return this.#serial(async () => {
      if (this.#closed) throw new PincerError('stopped', 'Pincer is not running.')
      if (this.#line !== undefined) return this.#line
      const { gpio, device, ...request } = this.#options
      try {
        this.#line = await gpio.requestInput({ ...request, consumer: consumerOf(device) })
        return this.#line
      } catch (error) {
        throw this.#fault(error)
      }
    })
  }

  #fault(error: unknown): PincerError {
    return new PincerError('hardware', describeLineFault(this.#options.line, error), { cause: error })
  }
}
