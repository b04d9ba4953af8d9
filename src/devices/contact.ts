import type { ContactConfig } from '../config/config.ts'
import { PincerError } from '../errors.ts'
import type { GpioPort, InputLine, Level } from '../hardware/ports.ts'
import type { Reading } from './device.ts'
import { consumerOf, describeLineFault } from './line-fault.ts'
import { stateReading } from './reader.ts'
import type { Reader, ReadingFrame } from './reader.ts'
import { createSerial } from './serial.ts'
import { SharedMeasurement } from './shared-measurement.ts'

/** A door or float contact. The line is kept requested, so that the kernel debounces it. */
export class Contact implements Reader {
  readonly quantities = ['state']
  readonly #config: ContactConfig
  readonly #gpio: GpioPort
  readonly #frame: ReadingFrame
  readonly #state: SharedMeasurement<'open' | 'closed'>
  readonly #serial = createSerial()
  #line: InputLine | undefined
  #closed = false

  constructor(options: { readonly config: ContactConfig; readonly gpio: GpioPort; readonly frame: ReadingFrame }) {
    this.#config = options.config
    this.#gpio = options.gpio
    this.#frame = options.frame
    // A line is read in microseconds: only who asks at the same moment shares a reading.
    this.#state = new SharedMeasurement(options.frame.clock, () => this.#measure(), 0)
  }

  /** Requests the line. Fails with PincerError `hardware`; the next `read` tries again. */
  async open(): Promise<void> {
    await this.#opened()
  }

  #opened(): Promise<InputLine> {
    return this.#serial(async () => {
      if (this.#closed) throw new PincerError('stopped', 'Pincer is not running.')
      if (this.#line !== undefined) return this.#line
      const { line, pull, debounceMs } = this.#config
      try {
        this.#line = await this.#gpio.requestInput({
          line,
          consumer: consumerOf(this.#frame.device),
          bias: pull,
          debounceMs,
        })
        return this.#line
      } catch (error) {
        throw await this.#fault(error)
      }
    })
  }

  async read(): Promise<readonly Reading[]> {
    const measured = await this.#state.get()
    return [stateReading(this.#frame, measured.value, measured)]
  }

  known(): readonly Reading[] {
    const measured = this.#state.last
    return measured === undefined ? [] : [stateReading(this.#frame, measured.value, measured)]
  }

  close(): Promise<void> {
    return this.#serial(async () => {
      this.#closed = true
      const line = this.#line
      this.#line = undefined
      await line?.release().catch(() => undefined)
    })
  }

  async #measure(): Promise<'open' | 'closed'> {
    const line = await this.#opened()
    try {
      return contactState(await line.get(), this.#config)
    } catch (error) {
      if (this.#line === line) this.#line = undefined
      await line.release().catch(() => undefined)
      throw await this.#fault(error)
    }
  }

  async #fault(error: unknown): Promise<PincerError> {
    const sentence = await describeLineFault(this.#gpio, this.#config.line, error)
    return new PincerError('hardware', sentence, { cause: error })
  }
}

/**
 * An open contact leaves the line to its resistor: high with a pull-up, low with a pull-down. A resistor outside of the
 * board (`pull: off`) is taken for a pull-up, the usual one; `invert` turns it.
 */
export function contactState(level: Level, config: Pick<ContactConfig, 'pull' | 'invert'>): 'open' | 'closed' {
  const openLevel: Level = config.pull === 'down' ? 0 : 1
  return (level === openLevel) !== config.invert ? 'open' : 'closed'
}
