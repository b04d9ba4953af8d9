import type { Job, RunOutcome } from './job.ts'

/**
 * What a job does when it runs. Who implements it posts nothing of an outcome: the schedule tells `said`, and the first
 * failure of a row. A rejection is a failed run, and its sentence is why.
 */
export interface Perform {
  /** Posts the text of a `say`; it is on the disk when this resolves. */
  say(job: Job): Promise<void>
  /** Runs the calls of a `do` in order, until one fails; `skipped` where it acts and outputs are latched. */
  do(job: Job, run: RunContext): Promise<RunOutcome>
  /** One turn in a fresh session. */
  ask(job: Job, run: RunContext): Promise<RunOutcome>
}

/** Posts a text in the chat of the job's maker; it is on the disk when this resolves. */
export type TellMaker = (job: Job, text: string, options: { readonly failed: boolean }) => Promise<void>

export interface RunContext {
  /** Aborts on removal, shutdown and the time-out of the run. */
  readonly signal: AbortSignal
  /**
   * Records a changing call before it runs: it may run once this resolves; a kill is then told with what had been
   * started. Answers what to call when it has come back. `foreign`: whence text from outside came that was in view.
   * Rejects with `disk`: then the call must not run.
   */
  beforeChange(what: string, foreign?: string): Promise<() => Promise<void>>
}
