import type { Condition } from './job.ts'

/** A condition that holds for a while, and does not merely happen. */
export type LevelCondition = Extract<Condition, { readonly kind: 'is' | 'above' | 'below' | 'stale' }>

/** What a device says of the condition's quantity; none: there is no good reading of it. */
export type Observed = number | string | undefined

/** Whether one condition is true now, over time. Monotonic milliseconds throughout. */
export class RuleLevel {
  readonly #condition: LevelCondition
  readonly #forMs: number
  /** Since when it holds without a break. */
  #sinceMs: number | undefined
  #isTrue = false
  /** The last good reading, or when the watching began. */
  #goodMs: number

  constructor(condition: LevelCondition, nowMs: number) {
    this.#condition = condition
    this.#forMs = condition.kind === 'stale' ? 0 : condition.forMs
    this.#goodMs = nowMs
  }

  /** It has held for as long as it must. */
  get isTrue(): boolean {
    return this.#isTrue
  }

  /** When it becomes true if nothing happens until then. */
  get dueMs(): number | undefined {
    return this.#isTrue || this.#sinceMs === undefined ? undefined : this.#sinceMs + this.#forMs
  }

  /** `true`: it became so by this. `false`: it is so. `undefined`: nothing new, or nothing known. */
  observe(observed: Observed, nowMs: number): 'true' | 'false' | undefined {
    if (observed !== undefined) this.#goodMs = nowMs
    const holds = this.#holds(observed, nowMs)
    // Nothing was observed: what it was, it is, until the reading is given up.
    if (holds === undefined) return undefined
    if (holds) {
      this.#sinceMs ??= nowMs
      if (this.#isTrue || nowMs - this.#sinceMs < this.#forMs) return undefined
      this.#isTrue = true
      return 'true'
    }
    this.forget()
    return 'false'
  }

  /** Nobody knows any more whether it is true. */
  forget(): void {
    this.#sinceMs = undefined
    this.#isTrue = false
  }

  #holds(observed: Observed, nowMs: number): boolean | undefined {
    const condition = this.#condition
    switch (condition.kind) {
      case 'stale':
        return nowMs - this.#goodMs >= condition.afterMs
      case 'is':
        return observed === undefined ? undefined : observed === condition.state
      case 'above': {
        if (typeof observed !== 'number') return undefined
        // Once true, it must come back by the hysteresis.
        return observed > condition.value - (this.#isTrue ? condition.hysteresis : 0)
      }
      case 'below': {
        if (typeof observed !== 'number') return undefined
        return observed < condition.value + (this.#isTrue ? condition.hysteresis : 0)
      }
    }
  }
}
