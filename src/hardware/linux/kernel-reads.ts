import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import { hardwareFault, remedies } from '../remedies.ts'

/**
 * Reads of files behind which a driver of the kernel works. Such a read cannot be ended, and until it comes back it keeps
 * one of the four threads on which the runtime reads and writes all files: so only a few are begun, the others wait for
 * their turn. Whoever asked is let go of at the deadline; while as many as may be begun are past theirs, none is begun.
 */
export class KernelReads {
  readonly #clock: Clock
  /** By what is read. */
  readonly #running = new Map<string, { isLate: boolean }>()
  /** Some read came back or became late. */
  #change = Promise.withResolvers<void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Fails as `read` does, with ETIMEDOUT past the deadline, while it is still running from before, and while others hang. */
  async run<Result>(name: string, read: () => Promise<Result>): Promise<Result> {
    while (!this.#mayBegin(name)) await this.#change.promise
    const state = { isLate: false }
    this.#running.set(name, state)
    const work = read().finally(() => {
      this.#running.delete(name)
      this.#changed()
    })
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(limits.kernelSensorTimeoutMs, () => {
        state.isLate = true
        this.#changed()
        reject(slow(name))
      })
      void work.then(resolve, reject).finally(() => timer.cancel())
    })
  }

  #mayBegin(name: string): boolean {
    const mine = this.#running.get(name)
    if (mine?.isLate) throw slow(name)
    const late = [...this.#running].filter(([, { isLate }]) => isLate).map(([other]) => other)
    if (late.length === limits.kernelReadsMax) throw hardwareFault('ETIMEDOUT', remedies['sensors-stuck'](name, late))
    return mine === undefined && this.#running.size < limits.kernelReadsMax
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }
}

function slow(name: string) {
  return hardwareFault('ETIMEDOUT', remedies['sensor-slow'](name, limits.kernelSensorTimeoutMs))
}
