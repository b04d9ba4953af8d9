import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { formatLocalTime } from '../local-time.ts'
import type { Job } from './job.ts'
import type { StartedCall } from './job-records.ts'

/** What people are told of jobs. */

/** For example `Job 3 (lamp off)`. */
export function jobTitle({ id, name }: Pick<Job, 'id' | 'name'>): string {
  return name === undefined ? `Job ${id}` : `Job ${id} (${name})`
}

export function interruptedText(job: Job, calls: readonly StartedCall[]): string {
  const shown = calls.slice(0, limits.noticeCallsMax)
  const lines = shown.map((call) => {
    const whence = call.foreign === undefined ? '' : `, written with ${call.foreign} in view`
    return `\n- ${call.what} (${call.ended ? 'done' : 'nobody knows whether it was done'}${whence})`
  })
  const more = calls.length > shown.length ? `\n- and ${calls.length - shown.length} more` : ''
  const started = calls.length === 0 ? '' : ` It had started:${lines.join('')}${more}`
  return `${jobTitle(job)} was interrupted: I ended in the middle of it. This run is not repeated.${intent(job)}${started}`
}

/** Of a job for one run whose time has passed. `mayCome`: unless it was the clock that was wrong. */
export function missedText(
  job: Job,
  late: { readonly dueAtMs: number; readonly lateMs: number },
  mayCome: boolean,
): string {
  const fate = mayCome ? 'It comes only if the clock was wrong and is put back' : 'It is removed'
  return `${jobTitle(job)} did not run: it was due ${when(late)}. ${fate}; make it again if it is still wanted.${intent(job)}`
}

export function lateText(job: Job, late: { readonly dueAtMs: number; readonly lateMs: number }): string {
  return `${jobTitle(job)} was due ${when(late)}.`
}

export function leftOutText(job: Job, why: string): string {
  return `${jobTitle(job)} left out a run: ${why}.`
}

export function failedText(job: Job, why: string, failuresInRow: number): string {
  if (failuresInRow < limits.jobFailuresMax) return `${jobTitle(job)} failed: ${why}`
  return `${jobTitle(job)} failed ${failuresInRow} times in a row and is paused: ${why} Resume it in /jobs when that is mended.`
}

export function rightsText(job: Job): string {
  return `${jobTitle(job)} is paused: ${job.maker.person.name}, who made it, is no owner any more. So is each other job of theirs when its time comes. Remove them in /jobs, or let an owner make them again.`
}

function when({ dueAtMs, lateMs }: { readonly dueAtMs: number; readonly lateMs: number }): string {
  return `${formatLocalTime(dueAtMs)}, ${formatDuration(lateMs)} ago`
}

/** A reminder that did not come is worth no less for that. */
function intent({ action }: Job): string {
  return action.kind === 'say' ? ` It was to say: ${action.text}` : ''
}
