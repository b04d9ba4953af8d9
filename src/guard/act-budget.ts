import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { formatDuration } from '../duration.ts'

const hourMs = 3_600_000

/** Counts the acting calls of each person over the last hour (`limits.actsPerHour` of the configuration). */
export class ActBudget {
  readonly #clock: Clock
  readonly #actsPerHour: number
  readonly #acts = new Map<string, number[]>()

  constructor(options: { readonly clock: Clock; readonly actsPerHour: number }) {
    this.#clock = options.clock
    this.#actsPerHour = options.actsPerHour
  }

  /** Takes one act of this person, or throws `limit` with the time at which the next one is free. */
  take(person: string): void {
    const nowMs = this.#clock.monotonicMs()
    const recent = (this.#acts.get(person) ?? []).filter((atMs) => nowMs - atMs < hourMs)
    const oldest = recent[0]
    if (oldest !== undefined && recent.length >= this.#actsPerHour) {
      const waitMs = oldest + hourMs - nowMs
      throw new PincerError(
        'limit',
        `No more actions for ${formatDuration(waitMs)}: limits.actsPerHour allows ${this.#actsPerHour} in an hour.`,
      )
    }
    recent.push(nowMs)
    this.#acts.set(person, recent)
  }
}
