import type { Clock } from '../clock.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { Agenda, type Slots } from './agenda.ts'
import { FiredRuns } from './fired-runs.ts'
import { refuseBeyondBounds } from './job-bounds.ts'
import { isOnce } from './job-book.ts'
import type { Job, JobTime } from './job.ts'
import type { JobState } from './job-records.ts'
import { JobStore } from './job-store.ts'
import { jobTitle } from './job-words.ts'
import { tellInterrupted } from './interrupted-run.ts'
import { viewOf } from './job-view.ts'
import type { Perform, TellMaker } from './perform.ts'
import { Runner, type RunnerOptions } from './runner.ts'
import type { JobAsker, JobDraft, JobView, Schedule } from './schedule.ts'
import type { TellOwner } from './store-news.ts'
import { Timekeeper } from './timekeeper.ts'

export interface ScheduleOptions {
  readonly clock: Clock
  readonly log: Log
  readonly stateFolder: string
  /** Loaded when the first job needs it. */
  readonly calendar: () => Promise<Slots>
  readonly perform: Perform
  readonly tell: TellMaker
  readonly tellOwner: TellOwner
  readonly roleNow: RunnerOptions['roleNow']
  /** Wall clock ms: no clock that is right shows less. */
  readonly builtAtMs: number
}

export function createSchedule(options: ScheduleOptions): Schedule {
  return new Scheduler(options)
}

/** What there is between `start` and `stop`. */
interface Opened {
  readonly store: JobStore
  readonly agenda: Agenda
  readonly runner: Runner
  readonly timekeeper: Timekeeper
  readonly fired: FiredRuns
}

class Scheduler implements Schedule {
  readonly #options: ScheduleOptions
  readonly #listeners: (() => void)[] = []
  #parts: Opened | undefined
  #slots: Slots | undefined
  /** One after the other: each takes an id and a place. */
  #adding: Promise<unknown> = Promise.resolve()

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const options = this.#options
    const { clock, log, tell } = options
    const store = await JobStore.open(options)
    const onSettled = (id: string, begun: boolean): void => {
      if (!begun) timekeeper.hold(id)
      if (store.book.get(id)?.job.paused !== undefined) this.#changed()
      timekeeper.tick()
    }
    const runner = new Runner({ ...options, store, onSettled })
    const agenda = new Agenda({ ...options, store, slots: () => this.#loadedSlots() })
    const timekeeper = new Timekeeper({ clock, log, store, agenda, runner, tell })
    if (store.book.states().some(({ job }) => job.time.kind === 'cron')) await this.#loadCalendar()
    for (const state of store.book.states())
      await tellInterrupted(state, { store, tell: (job, text) => this.#tell(job, text) })
    const fired = new FiredRuns({ clock, log, store, runner, tell: (job, text) => this.#tell(job, text) })
    this.#parts = { store, runner, agenda, timekeeper, fired }
    timekeeper.tick()
  }

  async stop(): Promise<void> {
    if (this.#parts === undefined) return
    const { timekeeper, runner, store } = this.#parts
    timekeeper.stop()
    await runner.stop()
    await store.close()
  }

  list(of?: JobAsker): readonly JobView[] {
    const { store } = this.#opened()
    const seen = store.book.states().filter(({ job }) => of === undefined || isOf(job, of))
    return seen.map((state) => this.#viewOf(state))
  }

  add(draft: JobDraft): Promise<JobView> {
    const adding = this.#adding.then(() => this.#add(draft))
    this.#adding = adding.catch(() => undefined)
    return adding
  }

  async setPaused(id: string, paused: false | { readonly why: string }, of?: JobAsker): Promise<JobView> {
    const { store, agenda, timekeeper } = this.#opened()
    const state = this.#find(id, of)
    const { job } = state
    if (paused === false && job.paused !== undefined) {
      if (isOnce(job.time) && (agenda.delayMs(state, agenda.now(), undefined) ?? 1) <= 0) {
        throw new PincerError(
          'bad_call',
          `${jobTitle(job)} cannot be resumed: its time has passed. Remove it, and make it again if it is still wanted.`,
        )
      }
      await store.keep([{ k: 'resume', id }], { sync: true })
    } else if (paused !== false && job.paused === undefined) {
      await store.keep([{ k: 'pause', id, why: paused.why }], { sync: true })
    }
    this.#changed()
    timekeeper.tick()
    return this.#viewOf(this.#find(id, of))
  }

  async remove(id: string, of?: JobAsker): Promise<Job> {
    const { store, runner, timekeeper, fired } = this.#opened()
    const { job } = this.#find(id, of)
    const kept = store.keep([{ k: 'gone', id }], { sync: true })
    runner.drop(id)
    fired.forget(id)
    await kept
    this.#changed()
    timekeeper.tick()
    return job
  }

  async fire(id: string, why: string): Promise<'runs' | 'skipped'> {
    return this.#opened().fired.fire(id, why)
  }

  async trigger(name: string): Promise<number> {
    return this.#opened().fired.trigger(name)
  }

  async nextRuns(time: JobTime, count: number, fromMs: number): Promise<readonly number[]> {
    if (time.kind === 'cron') await this.#loadCalendar()
    return this.#opened().agenda.firstRuns(time, count, fromMs)
  }

  isCalendarTrusted(): boolean {
    return this.#opened().agenda.now().isTrusted
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #opened(): Opened {
    if (this.#parts === undefined) throw new PincerError('stopped', 'The schedule is not started yet: try again.')
    return this.#parts
  }

  #loadedSlots(): Slots {
    if (this.#slots === undefined) throw new Error('The calendar was used before it was loaded.')
    return this.#slots
  }

  async #loadCalendar(): Promise<void> {
    this.#slots ??= await this.#options.calendar()
  }

  async #add(draft: JobDraft): Promise<JobView> {
    const { store, agenda, timekeeper } = this.#opened()
    if (store.refusal !== undefined) throw store.refusal
    if (draft.time.kind === 'cron') await this.#loadCalendar()
    const { wallMs } = agenda.now()
    const jobs = store.book.states().map(({ job }) => job)
    refuseBeyondBounds(draft, jobs, (count) => agenda.firstRuns(draft.time, count, wallMs))
    const state: JobState = {
      job: { ...draft, id: store.book.nextId, madeAtMs: wallMs },
      anchorMs: store.elapsed.nowMs(),
      sinceMs: wallMs,
      lastSlot: 0,
      covered: [],
      passed: [],
      results: [],
      failuresInRow: 0,
    }
    await store.append([{ k: 'job', s: state }], { sync: true })
    const view = this.#viewOf(state)
    this.#changed()
    timekeeper.tick()
    return view
  }

  #find(id: string, of: JobAsker | undefined): JobState {
    const state = this.#opened().store.book.get(id)
    if (state !== undefined && (of === undefined || isOf(state.job, of))) return state
    throw new PincerError('bad_call', `There is no job ${id} here: /jobs lists those that there are.`)
  }

  #viewOf(state: JobState): JobView {
    return viewOf(state, this.#opened())
  }

  async #tell(job: Job, text: string): Promise<void> {
    try {
      await this.#options.tell(job, text, { failed: true })
    } catch (error) {
      this.#options.log.error('schedule', `Could not be told (${sentenceOf(error)}): ${text}`)
    }
  }
}

/** Made in this chat, or elsewhere by this person. */
function isOf({ maker }: Job, { channel, chat, person }: JobAsker): boolean {
  return maker.channel === channel && (maker.chat === chat || maker.person.id === person.id)
}
