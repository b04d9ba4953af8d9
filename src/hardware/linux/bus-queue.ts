import type { Clock } from '../../clock.ts'
import { hardwareFault, remedies } from '../remedies.ts'

/**
 * One transaction at a time on one bus, in the order of asking.
 *
 * The kernel may keep a caller for as long as the adapter likes, and a call inside it cannot be ended. So its caller is
 * let go at the deadline, and until the call has come back whatever else is asked of this bus is refused at once: more
 * calls would only hang behind it, one thread each. When it comes back, the bus is used again.
 */
export class BusQueue {
  readonly #name: string
  readonly #clock: Clock
  #last: Promise<unknown> = Promise.resolve()
  /** The deadline that the call in the kernel has passed. */
  #passedMs: number | undefined

  /** `name` is for sentences, for example `I2C bus 1`. */
  constructor(name: string, clock: Clock) {
    this.#name = name
    this.#clock = clock
  }

  /** Fails as `call` does, with ETIMEDOUT past `deadlineMs` (counted from when it is its turn) and while the bus hangs. */
  run<Result>(deadlineMs: number, call: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(() => this.#watched(deadlineMs, call))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async #watched<Result>(deadlineMs: number, call: () => Promise<Result>): Promise<Result> {
    if (this.#passedMs !== undefined) throw this.#hanging(this.#passedMs)
    const { promise: deadline, reject } = Promise.withResolvers<never>()
    const timer = this.#clock.after(deadlineMs, () => {
      this.#passedMs = deadlineMs
      reject(this.#hanging(deadlineMs))
    })
    const work = async (): Promise<Result> => {
      try {
        return await call()
      } finally {
        timer.cancel()
        this.#passedMs = undefined
      }
    }
    return Promise.race([work(), deadline])
  }

  #hanging(deadlineMs: number): Error {
    return hardwareFault('ETIMEDOUT', remedies.hanging(this.#name, deadlineMs))
  }
}
