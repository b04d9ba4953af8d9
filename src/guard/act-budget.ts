import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { PincerError } from '../errors.ts'
import type { RecalledAct } from './audit-recall.ts'

const hourMs = 3_600_000

/**
 * Counts the acting calls of each person over the last hour (`limits.actsPerHour` of the configuration). Those of
 * before the start come from the audit: a restart opens nothing.
 */
export class ActBudget {
  readonly #clock: Clock
  readonly #actsPerHour: number
  readonly #recall: (sinceMs: number) => Promise<readonly RecalledAct[]>
  /** By person: the monotonic times of their acts, oldest first. */
  #acts: Promise<Map<string, number[]>> | undefined

  constructor(options: {
    readonly clock: Clock
    readonly actsPerHour: number
    /** The acts recorded after this wall clock time; asked once, at the first act. */
    readonly recall: (sinceMs: number) => Promise<readonly RecalledAct[]>
  }) {
    this.#clock = options.clock
    this.#actsPerHour = options.actsPerHour
    this.#recall = options.recall
  }

  /**
   * Takes one act of this person (see `personKey`), or rejects with `limit` and the time at which the next one is free,
   * or with `disk` where nothing tells what was done before the start.
   */
  async take(person: string): Promise<void> {
    this.#acts ??= this.#remembered()
    const acts = await this.#acts.catch((error: unknown) => {
      this.#acts = undefined
      throw error
    })
    const nowMs = this.#clock.monotonicMs()
    const recent = (acts.get(person) ?? []).filter((atMs) => nowMs - atMs < hourMs)
    const oldest = recent[0]
    if (oldest !== undefined && recent.length >= this.#actsPerHour) {
      const waitMs = oldest + hourMs - nowMs
      throw new PincerError(
        'limit',
        `No more actions for ${formatDuration(waitMs)}: limits.actsPerHour allows ${this.#actsPerHour} in an hour.`,
      )
    }
    recent.push(nowMs)
    acts.set(person, recent)
  }

  async #remembered(): Promise<Map<string, number[]>> {
    const wallMs = this.#clock.nowMs()
    const nowMs = this.#clock.monotonicMs()
    const acts = new Map<string, number[]>()
    for (const { person, atMs } of await this.#recall(wallMs - hourMs)) {
      // A board without a clock of its own may have gone back in time: what seems to be still to come was just now.
      const ageMs = Math.max(0, wallMs - atMs)
      const times = acts.get(person) ?? []
      times.push(nowMs - ageMs)
      acts.set(person, times)
    }
    for (const times of acts.values()) times.sort((a, b) => a - b)
    return acts
  }
}
