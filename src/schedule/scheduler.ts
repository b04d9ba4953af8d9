import type { Clock } from '../clock.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { Agenda, type Slots } from './agenda.ts'
import { refuseBeyondBounds } from './job-bounds.ts'
import { isOnce } from './job-book.ts'
import type { Job, JobTime } from './job.ts'
import type { JobState } from './job-records.ts'
import { JobStore, type TellOwner } from './job-store.ts'
import { interruptedText, jobTitle, leftOutText } from './job-words.ts'
import type { Perform } from './perform.ts'
import { pauseIfFailing, Runner, type RunnerOptions, type TellMaker } from './runner.ts'
import type { JobAsker, JobDraft, JobView, Schedule } from './schedule.ts'
import { stillRunning, Timekeeper } from './timekeeper.ts'
import { TriggerRates } from './trigger-rates.ts'

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
}

class Scheduler implements Schedule {
  readonly #options: ScheduleOptions
  readonly #listeners: (() => void)[] = []
  readonly #triggerRates = new TriggerRates()
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
    for (const state of store.book.states()) await this.#tellInterrupted(store, state)
    this.#parts = { store, runner, agenda, timekeeper }
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
    const { store, runner, timekeeper } = this.#opened()
    const { job } = this.#find(id, of)
    const kept = store.keep([{ k: 'gone', id }], { sync: true })
    runner.drop(id)
    this.#triggerRates.forget(id)
    await kept
    this.#changed()
    timekeeper.tick()
    return job
  }

  async fire(id: string, why: string): Promise<'runs' | 'skipped'> {
    const { store, runner } = this.#opened()
    const { clock, log } = this.#options
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

  async trigger(name: string): Promise<number> {
    const { clock, log } = this.#options
    let count = 0
    for (const { job } of this.#opened().store.book.states()) {
      const isMeant = job.time.kind === 'when' && job.time.when.kind === 'trigger' && job.time.when.name === name
      if (!isMeant || job.paused !== undefined) continue
      const refusal = this.#triggerRates.refusalOf(job, clock.monotonicMs())
      if (refusal !== undefined) {
        log.info('schedule', `${jobTitle(job)} is left out: ${refusal.why}.`)
        if (refusal.text !== undefined) await this.#tell(job, refusal.text)
        continue
      }
      if ((await this.fire(job.id, `pincer trigger ${name}`)) !== 'runs') continue
      this.#triggerRates.ran(job, clock.monotonicMs())
      count++
    }
    return count
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
    const { agenda, runner } = this.#opened()
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

  /** Said and written once for as long as it goes on: a trigger may come often. */
  async #leaveOut({ job, results }: JobState, slot: number): Promise<void> {
    const last = results.at(-1)?.outcome
    if (last?.kind === 'skipped' && last.why === stillRunning) return
    const { store } = this.#opened()
    const outcome = { kind: 'skipped', why: stillRunning } as const
    await store.keep([{ k: 'end', id: job.id, slot, durationMs: 0, outcome }])
    await this.#tell(job, leftOutText(job, stillRunning))
  }

  async #tellInterrupted(store: JobStore, { job, running }: JobState): Promise<void> {
    if (running === undefined) return
    await this.#tell(job, interruptedText(job, running.calls))
    const outcome = { kind: 'interrupted' } as const
    await store.keep([{ k: 'end', id: job.id, slot: running.slot, durationMs: 0, outcome }])
    await pauseIfFailing(store, job.id, outcome)
    if (store.book.get(job.id)?.job.paused !== undefined) {
      await this.#tell(job, `${jobTitle(job)} is paused: it was interrupted again and again. Resume it in /jobs.`)
    }
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
