import { limits } from '../limits.ts'
import { FireRate } from './fire-rate.ts'
import { jobTitle } from './job-words.ts'
import type { Job } from './job.ts'

/** Why a job does not run now; `text` is for its maker, and only the first time in a row. */
export interface TooOften {
  readonly why: string
  readonly text?: string
}

/**
 * How often `pincer trigger` woke each job lately: a script may call as often as it likes. Triggers of devices have rates
 * of their own, since they lose nothing. Monotonic milliseconds.
 */
export class TriggerRates {
  readonly #rates = new Map<string, FireRate>()
  /** Their makers know that they are left out for the rest of an hour. */
  readonly #told = new Set<string>()

  /** Undefined: it may run now. */
  refusalOf(job: Job, nowMs: number): TooOften | undefined {
    const { gapMs, hourMs } = this.#rateOf(job).nextMs(nowMs)
    if (hourMs <= nowMs) return gapMs <= nowMs ? undefined : { why: 'it ran just now' }
    const most = `${limits.ruleFiresPerHourMax} times within an hour`
    const why = `it ran ${most}`
    if (this.#told.has(job.id)) return { why }
    this.#told.add(job.id)
    return { why, text: `${jobTitle(job)} was triggered ${most}: what comes beyond that is left out.` }
  }

  ran(job: Job, nowMs: number): void {
    this.#rateOf(job).note(nowMs)
    this.#told.delete(job.id)
  }

  forget(id: string): void {
    this.#rates.delete(id)
    this.#told.delete(id)
  }

  #rateOf({ id, action }: Job): FireRate {
    const gapMs = action.kind === 'ask' ? limits.jobAskIntervalMinMs : limits.jobIntervalMinMs
    const rate = this.#rates.get(id) ?? new FireRate(gapMs)
    this.#rates.set(id, rate)
    return rate
  }
}
