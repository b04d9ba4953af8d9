import type { Clock } from '../clock.ts'
import type { Devices } from '../devices/device.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Registry } from '../tools/registry.ts'
import type { HumanNeed, ToolContext } from '../tools/tool.ts'
import { actionText, jobLine, nextText, type NextTextParts, timeText } from './job-text.ts'
import type { TroubleOf } from './job-trouble.ts'
import { jobTitle } from './job-words.ts'
import type { Job } from './job.ts'
import { missedByDefault } from './missed.ts'
import { planWords } from './plan-words.ts'
import { cutShort } from './planned-limits.ts'
import { type ReadDraft, readDraft } from './read-draft.ts'
import type { TimeContext } from './read-time.ts'
import { fightsWith } from './rule-fights.ts'
import type { JobAsker, JobView, Schedule } from './schedule.ts'
import type { DraftArguments, ScheduleDesk } from './tools.ts'

export interface JobDeskOptions {
  readonly schedule: Schedule
  readonly examine: Registry['examine']
  readonly devices: Pick<Devices, 'list' | 'read'>
  readonly clock: Clock
  readonly timezone: TimeContext['timezone']
  readonly calendar: TimeContext['calendar']
  readonly troubleOf: TroubleOf
  /** Makes sure that a job that waits for something will be armed. */
  readonly startTriggers: () => Promise<void>
}

/** What the `schedule_*` tools do: drafts into jobs, with their approval, and jobs into words. */
export function createJobDesk(options: JobDeskOptions): ScheduleDesk {
  const { schedule, clock } = options
  const read = (args: DraftArguments): Promise<ReadDraft> =>
    readDraft(args, { ...options, nowMs: clock.nowMs(), isTrusted: schedule.isCalendarTrusted() })
  const lineOf = (view: JobView, context: ToolContext): string =>
    jobLine(view, { nowMs: clock.nowMs(), whose: whoseOf(view, context), trouble: options.troubleOf(view.job) })
  return {
    async needOf(args) {
      return needOf(await read(args), args)
    },
    async wordsOf(args) {
      return planWords(await read(args), args)
    },
    async add(args, context) {
      const draft = await read(args)
      refuseOther(planWords(draft, args), context)
      // Before it is made: what waits for the start must not take its own making for one.
      if (draft.time.kind === 'when') await options.startTriggers()
      const view = await schedule.add({
        ...(args.name === undefined ? {} : { name: nameOf(args.name) }),
        ...pickJob(draft, context),
        missed: args.missed ?? missedByDefault(draft.time),
        quiet: args.quiet ?? false,
      })
      noteForeign([view], context)
      const notes = [...cutShort(view.job.action, options.devices.list()), ...fightsOf(view.job, schedule)]
      return [await madeText(view, options), ...notes].join(' ')
    },
    list: (context) => {
      const views = schedule.list(askerOf(context))
      noteForeign(views, context)
      if (views.length === 0) return Promise.resolve('There are no jobs.')
      return Promise.resolve(views.map((view) => lineOf(view, context)).join('\n'))
    },
    async remove(id, context) {
      const job = await schedule.remove(idOf(id), askerOf(context))
      return `${jobTitle(job)} is removed.`
    },
    async setPaused(id, paused, context) {
      const why = { why: `by ${context.person.name}` }
      const view = await schedule.setPaused(idOf(id), paused && why, askerOf(context))
      noteForeign([view], context)
      return paused
        ? `${jobTitle(view.job)} is paused.`
        : `${jobTitle(view.job)} goes on. ${await nextText(view, options)}`
    },
  }
}

/** The part of a job that a draft and its maker give. */
function pickJob({ time, action, calls }: ReadDraft, { channel, chat, person, untrusted, approved }: ToolContext) {
  const needs = calls.map(({ need }) => need)
  // The registry has asked for all of them at once, in the words of needOf.
  if (approved === undefined && needs.some((need) => need !== undefined)) {
    throw new PincerError(
      'needs_human',
      'The job was not made: a person must allow its calls first. Call again, to ask.',
    )
  }
  return {
    time,
    action,
    maker: { channel, chat, person: { id: person.id, name: person.name } },
    ...(untrusted === undefined ? {} : { foreign: untrusted }),
    ...(needs.every((need) => need === undefined) ? {} : { approved: needs.map((need) => need?.allowed) }),
  }
}

/** One question for all calls, with the times at which nobody will be asked. */
function needOf(draft: ReadDraft, args: DraftArguments): HumanNeed | undefined {
  const own = draft.calls.flatMap(({ need }) => need ?? [])
  if (own.length === 0) return undefined
  const reason = [...new Set(own.map((need) => need.reason))].join('; ')
  return { action: planWords(draft, args), reason, standing: false }
}

/** "tomorrow" may be another day by the time that a person says yes. */
function refuseOther(words: string, { approved }: ToolContext): void {
  if (approved === undefined || approved === words) return
  const sentence = `The job was not made: a person allowed "${approved}", and by now it would be "${words}". Call again, to ask again.`
  throw new PincerError('needs_human', sentence)
}

async function madeText(view: JobView, options: NextTextParts): Promise<string> {
  const { job } = view
  return `${jobTitle(job)} is planned: ${actionText(job.action)}, ${timeText(job.time)}. ${await nextText(view, options)}`
}

function fightsOf(job: Job, schedule: Schedule): readonly string[] {
  const others = schedule.list().flatMap(({ job: other }) => (other.id === job.id ? [] : [other]))
  return fightsWith(job, others)
}

/** What a job says may have been written with text from outside in view, and is that for whoever reads it again. */
function noteForeign(views: readonly JobView[], context: ToolContext): void {
  for (const { job } of views) if (job.foreign !== undefined) context.foreign(job.foreign)
}

function askerOf({ channel, chat, person }: JobAsker): JobAsker {
  return { channel, chat, person: { id: person.id, name: person.name } }
}

/** Named where it is not the one who asks. */
function whoseOf({ job: { maker } }: JobView, { channel, person }: JobAsker): string | undefined {
  return maker.channel === channel && maker.person.id === person.id ? undefined : maker.person.name
}

/** As people and models write an id. */
function idOf(text: string): string {
  return text.trim().replace(/^(?:job\s*)?#?/i, '')
}

function nameOf(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line !== '' && line.length <= limits.jobNameCharsMax) return line
  throw new PincerError(
    'bad_call',
    `name is ${line === '' ? 'empty' : 'too long'}: expected 1 to ${limits.jobNameCharsMax} characters.`,
  )
}
