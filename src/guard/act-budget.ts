import { formatDuration } from '../duration.ts'
import { PincerError } from '../errors.ts'
import type { HourCount } from './hour-count.ts'

/** Bounds the acting calls of each person in an hour (`limits.actsPerHour` of the configuration). */
export class ActBudget {
  readonly #acts: HourCount
  readonly #actsPerHour: number

  constructor(options: { readonly acts: HourCount; readonly actsPerHour: number }) {
    this.#acts = options.acts
    this.#actsPerHour = options.actsPerHour
  }

  /** Takes one act of this person, or rejects with `limit` and the time at which the next one is free, or with `disk`. */
  async take(person: string): Promise<void> {
    const taken = await this.#acts.take(person, this.#actsPerHour)
    if (taken === 'taken') return
    throw new PincerError(
      'limit',
      `No more actions for ${formatDuration(taken.waitMs)}: limits.actsPerHour allows ${this.#actsPerHour} in an hour.`,
    )
  }
}
