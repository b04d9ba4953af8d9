import type { Clock } from '../clock.ts'

export interface Measurement<Value> {
  readonly value: Value
  /** Wall clock and monotonic time of the moment it was measured. */
  readonly timeMs: number
  readonly monotonicMs: number
}

/** One measurement at a time: who asks meanwhile, or shortly after, gets the same one. */
export class SharedMeasurement<Value> {
  readonly #measure: () => Promise<Value>
  readonly #clock: Clock
  readonly #reuseMs: number
  #last: Measurement<Value> | undefined
  #running: Promise<Measurement<Value>> | undefined

  /** `reuseMs`: a measurement younger than this is answered again. */
  constructor(clock: Clock, measure: () => Promise<Value>, reuseMs: number) {
    this.#clock = clock
    this.#measure = measure
    this.#reuseMs = reuseMs
  }

  /** The latest one, however old; none when the latest attempt failed. */
  get last(): Measurement<Value> | undefined {
    return this.#last
  }

  /** Takes what was told without being asked for. */
  learn(value: Value): Measurement<Value> {
    const measurement = { value, timeMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() }
    this.#last = measurement
    return measurement
  }

  get(): Promise<Measurement<Value>> {
    const last = this.#last
    if (last !== undefined && this.#clock.monotonicMs() - last.monotonicMs < this.#reuseMs) {
      return Promise.resolve(last)
    }
    this.#running ??= this.#take().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #take(): Promise<Measurement<Value>> {
    let value: Value
    try {
      value = await this.#measure()
    } catch (error) {
      // What a sensor said before it was unplugged is no reading any more.
      this.#last = undefined
      throw error
    }
    return this.learn(value)
  }
}
