import { formatDuration } from '../duration.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Job } from './job.ts'
import type { JobDraft } from './schedule.ts'

/** Of a cron expression so many runs are looked at: what comes too often does so among them. */
const runsLookedAt = 10

/** Throws `limit` for one job too many or a job that comes too often, `bad_call` for one that never comes. */
export function refuseBeyondBounds(
  draft: JobDraft,
  jobs: readonly Job[],
  firstRuns: (count: number) => readonly number[],
): void {
  const { channel, chat } = draft.maker
  const here = jobs.filter(({ maker }) => maker.channel === channel && maker.chat === chat)
  if (here.length >= limits.jobsPerChatMax) throw tooMany(`this chat has ${here.length}`)
  if (jobs.length >= limits.jobsMax) throw tooMany(`there are ${jobs.length} in all`)
  if (draft.time.kind === 'when') return
  const runs = firstRuns(runsLookedAt)
  if (runs.length === 0) {
    throw new PincerError('bad_call', 'There is no day on which this job would run: choose a time that comes.')
  }
  const gaps = runs.slice(1).map((runMs, index) => runMs - (runs[index] ?? 0))
  const leastMs = draft.action.kind === 'ask' ? limits.jobAskIntervalMinMs : limits.jobIntervalMinMs
  const gapMs = Math.min(...gaps)
  if (gapMs >= leastMs) return
  const what = draft.action.kind === 'ask' ? 'A job with `ask`' : 'A job'
  throw new PincerError(
    'limit',
    `${what} may run once in ${formatDuration(leastMs)}, and this one would run after ${formatDuration(gapMs)}: let it come less often.`,
  )
}

function tooMany(count: string): PincerError {
  const bounds = `at most ${limits.jobsPerChatMax} in a chat and ${limits.jobsMax} in all`
  return new PincerError('limit', `No more jobs can be made, ${count}: ${bounds}. Remove one that is not needed.`)
}
