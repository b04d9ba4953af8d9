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
  readonly onEdge: (edge: Edge, atMs: number) => void
  /** Whether `onEdge` is called from the start on, and not only after `listen`: each edge wakes the process up. */
  readonly listens: boolean
}

/** An input line that is kept requested, so that the kernel debounces it; one that failed is requested anew. */
export class HeldInput {
  readonly #options: HeldInputOptions
  readonly #serial = createSerial()
  #line: InputLine | undefined
  #closed = false
  #listens: boolean

  constructor(options: HeldInputOptions) {
    this.#options = options
    this.#listens = options.listens
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

  /** Whether edges are told from now on: the line is requested anew for it, which `level` does if it fails here. */
  async listen(listens: boolean): Promise<void> {
    await this.#serial(async () => {
      if (this.#listens === listens) return
      this.#listens = listens
      const line = this.#line
      this.#line = undefined
      await line?.release().catch(() => undefined)
    })
    await this.#opened().catch(() => undefined)
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
      const { gpio, device, line, bias, debounceMs, activeLow = false, onEdge } = this.#options
      const request = { line, consumer: consumerOf(device), bias, debounceMs, activeLow }
      try {
        this.#line = await gpio.requestInput(this.#listens ? { ...request, onEdge } : request)
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
