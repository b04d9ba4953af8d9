import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { RunOutcome } from './job.ts'
import type { JobState } from './job-records.ts'
import type { JobStore } from './job-store.ts'
import { failedText, jobTitle, leftOutText } from './job-words.ts'
import type { TellMaker } from './perform.ts'

export interface ResultParts {
  readonly store: JobStore
  readonly tell: TellMaker
  readonly log: Log
}

/** A run that is over, or was left out. */
export interface EndedRun {
  readonly slot: number
  readonly after?: number
  readonly durationMs: number
  readonly outcome: RunOutcome
}

/** Tells what there is to tell, then writes the result: were it lost, the run would be told as interrupted. */
export async function settleRun(id: string, run: EndedRun, { store, tell, log }: ResultParts): Promise<void> {
  const state = store.book.get(id)
  if (state === undefined) return
  const text = textOf(state, run.outcome)
  try {
    if (text !== undefined) await tell(state.job, text, { failed: run.outcome.kind !== 'done' })
  } catch (error) {
    log.error('schedule', `Could not be told (${sentenceOf(error)}): ${text}`)
  }
  await store.keep([{ k: 'end', id, ...run }])
  await pauseIfFailing(store, id, run.outcome)
}

/** What is told of a run that is over, before it is counted. */
function textOf({ job, results, failuresInRow }: JobState, outcome: RunOutcome): string | undefined {
  switch (outcome.kind) {
    case 'done':
      // A quiet `ask` that says something has found it worth it.
      if (outcome.said === undefined || (job.quiet && job.action.kind === 'do')) return undefined
      return `${jobTitle(job)}: ${outcome.said}`
    case 'failed': {
      const failures = failuresInRow + 1
      return failures === 1 || failures === limits.jobFailuresMax ? failedText(job, outcome.why, failures) : undefined
    }
    case 'skipped': {
      const last = results.at(-1)?.outcome
      const isKnown = last?.kind === 'skipped' && last.why === outcome.why
      return isKnown ? undefined : leftOutText(job, outcome.why)
    }
    case 'interrupted':
      return undefined
  }
}

/** To be called when a result was counted. */
export async function pauseIfFailing(store: JobStore, id: string, outcome: RunOutcome): Promise<void> {
  const state = store.book.get(id)
  if (state === undefined || state.job.paused !== undefined) return
  if (state.failuresInRow < limits.jobFailuresMax || outcome.kind === 'done' || outcome.kind === 'skipped') return
  const why = outcome.kind === 'failed' ? outcome.why : 'each run was interrupted'
  await store.keep([{ k: 'pause', id, why: `failed ${state.failuresInRow} times in a row: ${why}` }], { sync: true })
}
