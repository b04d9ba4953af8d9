import type { Agenda } from './agenda.ts'
import type { JobState } from './job-records.ts'
import type { Runner } from './runner.ts'
import type { JobView } from './schedule.ts'

/** How a job stands at this moment. */
export function viewOf(
  state: JobState,
  { agenda, runner }: { readonly agenda: Agenda; readonly runner: Pick<Runner, 'slotOf' | 'isRunning'> },
): JobView {
  const { job, results, failuresInRow } = state
  const now = agenda.now()
  const isDue = job.paused === undefined
  const delayMs = isDue ? agenda.delayMs(state, now, runner.slotOf(job.id)) : undefined
  const last = results.at(-1)
  return {
    job,
    ...(delayMs === undefined ? {} : { nextRunMs: now.wallMs + Math.max(0, delayMs) }),
    waitsForClock: isDue && !now.isTrusted && (job.time.kind === 'at' || job.time.kind === 'cron'),
    isRunning: runner.isRunning(job.id),
    ...(last === undefined ? {} : { last }),
    failuresInRow,
  }
}
