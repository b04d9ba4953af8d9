import { formatDuration, formatExactly } from '../duration.ts'
import { shortLine } from '../short-text.ts'
import type { Calendar } from './calendar.ts'
import { callText } from './call-text.ts'
import { conditionText } from './condition-text.ts'
import { cronText } from './cron-text.ts'
import { jobTitle } from './job-words.ts'
import type { JobAction, JobTime } from './job.ts'
import { isRepeated } from './missed.ts'
import { exactLocalTime, momentText, momentTextWith } from './moment-text.ts'
import { type PresentParts, presentText } from './present-text.ts'
import type { JobView, Schedule } from './schedule.ts'

/** Jobs in words, for people and models; times are local. */

/** For example `every day at 07:00 (Europe/Berlin)`. */
export function timeText(time: JobTime): string {
  switch (time.kind) {
    case 'in':
      return time.delayMs === 0 ? 'now' : `in ${formatExactly(time.delayMs)}`
    case 'at':
      return `at ${exactLocalTime(time.atMs)}`
    case 'every':
      return `every ${formatExactly(time.everyMs)}`
    case 'cron':
      return `${cronText(time.expression)} (${time.zone})`
    case 'when':
      return conditionText(time.when)
  }
}

export function actionText(action: JobAction): string {
  switch (action.kind) {
    case 'say':
      return `say "${shortened(action.text)}"`
    case 'do':
      return action.calls.map((call) => shortened(callText(call))).join(', then ')
    case 'ask':
      return `ask me "${shortened(action.task)}"`
  }
}

export interface JobLineParts {
  readonly nowMs: number
  /** Who made it, where that is not plain. */
  readonly whose: string | undefined
  /** What keeps it from working, as the end of a sentence. */
  readonly trouble: string | undefined
}

/** One line of a list. */
export function jobLine(view: JobView, { nowMs, whose, trouble }: JobLineParts): string {
  const { job, last } = view
  const parts = [planText(view, nowMs)]
  // Where it was paused for that, it is said already.
  if (trouble !== undefined && trouble !== job.paused?.why) parts.push(shortened(trouble))
  if (last !== undefined) {
    const agoMs = nowMs - last.atMs
    const when = agoMs < 1_000 ? 'just now' : `${formatDuration(agoMs)} ago`
    parts.push(`last ${when}: ${outcomeText(last.outcome)}`)
  }
  if (whose !== undefined) parts.push(`made by ${whose}`)
  return `${jobTitle(job)}: ${parts.join('; ')}`
}

export interface NextTextParts extends PresentParts {
  readonly schedule: Pick<Schedule, 'nextRuns'>
  /** The person's own zone. */
  readonly timezone: string
  readonly calendar: () => Promise<Pick<Calendar, 'wallOf'>>
}

/** When it runs next, in local time, to be repeated to the person; in another zone both times. */
export async function nextText({ job, waitsForClock }: JobView, parts: NextTextParts): Promise<string> {
  const { time } = job
  if (time.kind === 'when') return presentText(job, time.when, parts)
  const wait = waitsForClock ? ' It waits until the clock of this board is set.' : ''
  const runs = await parts.schedule.nextRuns(time, isRepeated(time) ? nextRunsShown : 1, job.madeAtMs)
  if (runs.length === 0) return `It has no run left.${wait}`
  const nowMs = parts.clock.nowMs()
  const zone = time.kind === 'cron' && time.zone !== parts.timezone ? time.zone : undefined
  const calendar = zone === undefined ? undefined : await parts.calendar()
  const texts = runs.map((atMs) =>
    zone === undefined || calendar === undefined
      ? momentText(atMs, nowMs)
      : momentTextWith(atMs, nowMs, zone, calendar),
  )
  return `Next: ${texts.join(', ')}.${wait}`
}

const nextRunsShown = 3

/** For /status: how many there are, what runs next, and what waits; nothing where there are none. */
export function jobsLine(views: readonly JobView[], nowMs: number): string | undefined {
  if (views.length === 0) return undefined
  const paused = views.filter(({ job }) => job.paused !== undefined).length
  const waiting = views.filter(({ waitsForClock }) => waitsForClock).length
  const next = views
    .filter(({ nextRunMs }) => nextRunMs !== undefined)
    .toSorted((a, b) => (a.nextRunMs ?? 0) - (b.nextRunMs ?? 0))[0]
  const parts = [`Jobs: ${views.length}`]
  if (paused > 0) parts.push(`${paused} paused`)
  if (next?.nextRunMs !== undefined) parts.push(`next ${momentText(next.nextRunMs, nowMs)}: ${jobTitle(next.job)}`)
  if (waiting > 0) parts.push(`${waiting} of the calendar wait: the clock of this board is not set`)
  return `${parts.join('; ')}.`
}

/** What it does, when, and how it stands: `lamp off, every day at 07:00 (Europe/Berlin); next tomorrow 07:00`. */
function planText({ job, nextRunMs, waitsForClock, isRunning }: JobView, nowMs: number): string {
  const { time, paused } = job
  const action = actionText(job.action)
  const plan = `${action}, ${timeText(time)}`
  if (paused !== undefined) return `${plan}; paused: ${paused.why}`
  if (isRunning) return `${plan}; running now`
  if (waitsForClock) return `${plan}; waits until the clock of this board is set`
  if (nextRunMs === undefined) return plan
  const next = momentText(nextRunMs, nowMs)
  // "in 10m" is true for a moment only.
  return isRepeated(time) ? `${plan}; next ${next}` : `${action}, ${next}`
}

function outcomeText(outcome: NonNullable<JobView['last']>['outcome']): string {
  switch (outcome.kind) {
    case 'done':
      return 'done'
    case 'failed':
      return `failed, ${shortened(outcome.why)}`
    case 'interrupted':
      return 'interrupted'
    case 'skipped':
      return `skipped, ${shortened(outcome.why)}`
  }
}

/** One line, and not long: the whole of a text is said when the job runs. */
function shortened(text: string): string {
  return shortLine(text, shownCharsMax)
}

const shownCharsMax = 100
