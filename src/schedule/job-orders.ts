import { nearest } from '../nearest.ts'
import { jobLine, nextText, type NextTextParts } from './job-text.ts'
import type { TroubleOf } from './job-trouble.ts'
import { jobTitle } from './job-words.ts'
import type { JobAsker, JobView, Schedule } from './schedule.ts'

/** Who gives orders about jobs: a person in a chat, which others may read along, or whoever works on the host. */
export type JobOrderer = (JobAsker & { readonly isShared: boolean }) | 'on the host'

export interface JobAnswer {
  readonly text: string
  readonly failed?: boolean
  /** Commands that a channel may offer as buttons under the text. */
  readonly buttons?: readonly { readonly text: string; readonly command: string }[]
}

const orders = ['list', 'pause', 'resume', 'run', 'remove'] as const
type Order = (typeof orders)[number]

type Parts = NextTextParts & { readonly schedule: Schedule; readonly troubleOf: TroubleOf }

/** What is behind `/jobs` and `pincer jobs`: nothing or `list`, or an order and a job's id. */
export async function orderJobs(words: string, by: JobOrderer, parts: Parts): Promise<JobAnswer> {
  const { schedule } = parts
  const [word = 'list', id, ...more] = words.split(/\s+/).filter((each) => each !== '')
  const order = orders.find((each) => each === word.toLowerCase())
  if (order === undefined) {
    const close = nearest(word, orders)
    return wrong(
      `I do not know "${word.slice(0, 20)}".${close === undefined ? '' : ` Did you mean ${close}?`} ${usage}`,
    )
  }
  const visible = visibleTo(by, schedule)
  if (order === 'list') return id === undefined ? listed(visible, by, parts) : wrong(usage)
  if (id === undefined || more.length > 0) return wrong(usage)
  const view = visible.find(({ job }) => job.id === id.replace(/^#/, ''))
  if (view === undefined) {
    return wrong(visible.length === 0 ? noJobs : `There is no job ${id.slice(0, 20)} here: the list shows which are.`)
  }
  return { text: await obey(order, view, by, parts) }
}

const usage = 'After jobs comes list, pause 3, resume 3, run 3 or remove 3, with the number of a job.'
const noJobs = 'There are no jobs.'

function wrong(text: string): JobAnswer {
  return { text, failed: true }
}

/** Owners see every job; where others read along, those of that chat alone. */
function visibleTo(by: JobOrderer, schedule: Schedule): readonly JobView[] {
  const all = schedule.list()
  if (by === 'on the host' || !by.isShared) return all
  return all.filter(({ job: { maker } }) => maker.channel === by.channel && maker.chat === by.chat)
}

function listed(views: readonly JobView[], by: JobOrderer, { clock, troubleOf }: Parts): JobAnswer {
  if (views.length === 0) return { text: noJobs }
  const nowMs = clock.nowMs()
  const lines = views.map((view) => jobLine(view, { nowMs, whose: whoseOf(view, by), trouble: troubleOf(view.job) }))
  return { text: lines.join('\n'), buttons: views.slice(0, jobsWithButtonsMax).flatMap(buttonsOf) }
}

/** What a telephone shows without scrolling for long. */
const jobsWithButtonsMax = 8

function buttonsOf({ job: { id, paused } }: JobView): NonNullable<JobAnswer['buttons']> {
  const order = paused === undefined ? 'pause' : 'resume'
  return [order, 'remove'].map((each) => ({ text: `${each} ${id}`, command: `/jobs ${each} ${id}` }))
}

async function obey(order: Exclude<Order, 'list'>, view: JobView, by: JobOrderer, parts: Parts): Promise<string> {
  const { schedule } = parts
  const { job } = view
  const title = jobTitle(job)
  switch (order) {
    case 'pause':
      await schedule.setPaused(job.id, {
        why: by === 'on the host' ? 'by somebody on the host' : `by ${by.person.name}`,
      })
      return `${title} is paused.`
    case 'resume':
      return `${title} goes on. ${await nextText(await schedule.setPaused(job.id, false), parts)}`
    case 'run': {
      const outcome = await schedule.fire(job.id, 'ordered by a person')
      if (outcome === 'runs') return `${title} runs now.`
      return job.paused === undefined ? `${title} runs already.` : `${title} is paused: resume it first.`
    }
    case 'remove':
      await schedule.remove(job.id)
      return `${title} is removed.`
  }
}

/** Named where it is not the one who asks. */
function whoseOf({ job: { maker } }: JobView, by: JobOrderer): string | undefined {
  const isOwn = by !== 'on the host' && maker.channel === by.channel && maker.person.id === by.person.id
  return isOwn ? undefined : maker.person.name
}
