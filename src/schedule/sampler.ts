import type { Clock, Timer } from '../clock.ts'
import type { Devices, ReadOutcome } from '../devices/device.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'

/**
 * Reads devices from time to time, each once for all who want it, by the same careful measurement as everyone. While
 * nobody wants anything there is no timer.
 */
export class Sampler {
  readonly #devices: Pick<Devices, 'read'>
  readonly #clock: Clock
  readonly #wanted: () => ReadonlySet<string>
  readonly #onSample: (outcome: ReadOutcome) => void
  #timer: Timer | undefined
  #reading: AbortController | undefined
  #again = false
  #stopped = false

  constructor(options: {
    readonly devices: Pick<Devices, 'read'>
    readonly clock: Clock
    /** The devices to read, asked before each round. */
    readonly wanted: () => ReadonlySet<string>
    /** Must not throw or wait. */
    readonly onSample: (outcome: ReadOutcome) => void
  }) {
    this.#devices = options.devices
    this.#clock = options.clock
    this.#wanted = options.wanted
    this.#onSample = options.onSample
  }

  /** Reads now what is wanted, and from then on in its rhythm. */
  sampleNow(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#reading === undefined) void this.#round()
    else this.#again = true
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#reading?.abort()
  }

  async #round(): Promise<void> {
    const names = [...this.#wanted()]
    if (names.length === 0 || this.#stopped) return
    const startedMs = this.#clock.monotonicMs()
    const reading = new AbortController()
    this.#reading = reading
    const deadline = this.#clock.after(limits.ruleSampleTimeoutMs, () => reading.abort())
    await Promise.all(names.map((name) => this.#readOne(name, reading.signal)))
    deadline.cancel()
    this.#reading = undefined
    if (this.#stopped) return
    const waitMs = this.#again ? 0 : limits.ruleSampleMs - (this.#clock.monotonicMs() - startedMs)
    this.#again = false
    this.#timer = this.#clock.after(Math.max(0, waitMs), () => void this.#round())
  }

  async #readOne(device: string, signal: AbortSignal): Promise<void> {
    const outcomes = await this.#devices
      .read(device, signal)
      .catch((error: unknown): readonly ReadOutcome[] => [{ device, status: 'failed', reason: sentenceOf(error) }])
    if (this.#stopped) return
    for (const outcome of outcomes) this.#onSample(outcome)
  }
}
