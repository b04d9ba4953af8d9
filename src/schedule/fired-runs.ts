import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { JobState } from './job-records.ts'
import type { JobStore } from './job-store.ts'
import { jobTitle, leftOutText } from './job-words.ts'
import type { Job } from './job.ts'
import { stillRunning } from './missed.ts'
import type { Runner } from './runner.ts'
import { TriggerRates } from './trigger-rates.ts'

export interface FiredRunsParts {
  readonly clock: Clock
  readonly log: Log
  readonly store: JobStore
  readonly runner: Runner
  /** Never rejects. */
  readonly tell: (job: Job, text: string) => Promise<void>
}

/** Runs that no clock asks for: what a trigger, a script or a person wants now. */
export class FiredRuns {
  readonly #parts: FiredRunsParts
  readonly #rates = new TriggerRates()

  constructor(parts: FiredRunsParts) {
    this.#parts = parts
  }

  /** Runs this job now, once, by the rules of overlap and bounds. Never rejects. */
  async fire(id: string, why: string): Promise<'runs' | 'skipped'> {
    const { store, runner, clock, log } = this.#parts
    const state = store.book.get(id)
    if (state === undefined || state.job.paused !== undefined) return 'skipped'
    const { job } = state
    const busy = runner.slotOf(id)
    if (busy !== undefined) {
      await this.#leaveOut(state, Math.max(state.lastSlot, busy) + 1)
      return 'skipped'
    }
    log.info('schedule', `${jobTitle(job)} runs: ${why}.`)
    runner.request({ id, slot: state.lastSlot + 1, dueAtMs: clock.nowMs(), lateMs: 0 })
    runner.pump()
    return 'runs'
  }

  /** Fires each job that waits for `pincer trigger NAME`, as often as one may come. Answers how many. */
  async trigger(name: string): Promise<number> {
    const { store, clock, log, tell } = this.#parts
    let count = 0
    for (const { job } of store.book.states()) {
      const isMeant = job.time.kind === 'when' && job.time.when.kind === 'trigger' && job.time.when.name === name
      if (!isMeant || job.paused !== undefined) continue
      const refusal = this.#rates.refusalOf(job, clock.monotonicMs())
      if (refusal !== undefined) {
        log.info('schedule', `${jobTitle(job)} is left out: ${refusal.why}.`)
        if (refusal.text !== undefined) await tell(job, refusal.text)
        continue
      }
      if ((await this.fire(job.id, `pincer trigger ${name}`)) !== 'runs') continue
      this.#rates.ran(job, clock.monotonicMs())
      count++
    }
    return count
  }

  /** The job is gone. */
  forget(id: string): void {
    this.#rates.forget(id)
  }

  /** Said and written once for as long as it goes on: a trigger may come often. */
  async #leaveOut({ job, results }: JobState, slot: number): Promise<void> {
    const last = results.at(-1)?.outcome
    if (last?.kind === 'skipped' && last.why === stillRunning) return
    const { store, tell } = this.#parts
    const outcome = { kind: 'skipped', why: stillRunning } as const
    await store.keep([{ k: 'end', id: job.id, slot, durationMs: 0, outcome }])
    await tell(job, leftOutText(job, stillRunning))
  }
}
