import type { Clock } from '../clock.ts'
import { hourMs } from '../duration.ts'
import type { Recalled } from './audit-recall.ts'

/** What each person did in the last hour. What was before the start comes from the audit: a restart opens nothing. */
export class HourCount {
  readonly #clock: Clock
  readonly #recall: (sinceMs: number) => Promise<readonly Recalled[]>
  /** By person: monotonic times, oldest first. */
  #times: Promise<Map<string, readonly number[]>> | undefined

  constructor(options: {
    readonly clock: Clock
    /** What was recorded after this wall clock time; asked once, when somebody is first counted. */
    readonly recall: (sinceMs: number) => Promise<readonly Recalled[]>
  }) {
    this.#clock = options.clock
    this.#recall = options.recall
  }

  /**
   * Counts one more of this person (see `personKey`), unless there were `max` in the last hour: then it answers in how
   * many ms there is room. Rejects with `disk` where nothing tells what was before the start.
   */
  async take(person: string, max: number): Promise<'taken' | { readonly waitMs: number }> {
    this.#times ??= this.#remembered()
    const times = await this.#times.catch((error: unknown) => {
      this.#times = undefined
      throw error
    })
    const nowMs = this.#clock.monotonicMs()
    const recent = (times.get(person) ?? []).filter((atMs) => nowMs - atMs < hourMs)
    const [oldestMs] = recent
    if (oldestMs !== undefined && recent.length >= max) return { waitMs: oldestMs + hourMs - nowMs }
    times.set(person, [...recent, nowMs])
    return 'taken'
  }

  async #remembered(): Promise<Map<string, readonly number[]>> {
    const wallMs = this.#clock.nowMs()
    const nowMs = this.#clock.monotonicMs()
    const times = new Map<string, readonly number[]>()
    for (const { person, atMs } of await this.#recall(wallMs - hourMs)) {
      // A board without a clock of its own may have gone back in time: what seems to be still to come was just now.
      const ageMs = Math.max(0, wallMs - atMs)
      times.set(person, [...(times.get(person) ?? []), nowMs - ageMs])
    }
    for (const [person, own] of times)
      times.set(
        person,
        own.toSorted((a, b) => a - b),
      )
    return times
  }
}
