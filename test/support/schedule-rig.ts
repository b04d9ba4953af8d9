import type { Test } from 'tap'
import type { Job, RunOutcome } from '../../src/schedule/job.ts'
import type { Perform, RunContext } from '../../src/schedule/perform.ts'
import type { JobDraft, Schedule } from '../../src/schedule/schedule.ts'
import { createSchedule } from '../../src/schedule/scheduler.ts'
import { createCalendar } from '../../src/schedule/calendar.ts'
import { CutDisk } from './cut-disk.ts'
import { FakeClock } from './fake-clock.ts'
import { createLogLines } from './log-lines.ts'

/** The clock at which rigs start, and a build that was before it. */
const builtAtMs = Date.parse('2026-11-01T00:00:00Z')

const maker = { channel: 'test', chat: 'home', person: { id: '1', name: 'Ada' } } as const

/** A job that says something at 07:00 in Berlin each day, but for what is given. */
export function draft(of: Partial<JobDraft> = {}): JobDraft {
  return {
    time: { kind: 'cron', expression: '0 7 * * *', zone: 'Europe/Berlin' },
    action: { kind: 'say', text: 'good morning' },
    missed: 'skip',
    quiet: false,
    maker,
    ...of,
  }
}

/** A schedule over real files and a clock that the test turns; what it performs and tells is collected. */
export class ScheduleRig {
  readonly clock: FakeClock
  readonly disk: CutDisk
  readonly stateFolder: string
  readonly logLines: string[]
  /** Ids of jobs whose run began, with the wall clock then. */
  readonly runs: { readonly id: string; readonly at: string }[] = []
  readonly told: string[] = []
  readonly toldOwner: string[] = []
  role: 'owner' | 'guest' | undefined = 'owner'
  /** Answers each run; by default it is done. */
  perform: (job: Job, run: RunContext | undefined) => Promise<RunOutcome> = () => Promise.resolve({ kind: 'done' })
  calendarLoads = 0
  #schedule: Schedule
  #life = 0
  readonly #log: ReturnType<typeof createLogLines>['log']

  /** It restores the disk with the test. */
  static async create(t: Test, files: Record<string, string> = {}): Promise<ScheduleRig> {
    const disk = await CutDisk.install()
    t.teardown(() => disk.restore())
    return new ScheduleRig(t.testdir(files), disk)
  }

  constructor(stateFolder: string, disk: CutDisk, clock: FakeClock = new FakeClock('2026-11-21T12:00:00Z')) {
    this.clock = clock
    this.disk = disk
    this.stateFolder = stateFolder
    const { log, lines } = createLogLines()
    this.#log = log
    this.logLines = lines
    this.#schedule = this.#create()
  }

  get schedule(): Schedule {
    return this.#schedule
  }

  /** What is performed, as ids in order. */
  get ids(): string {
    return this.runs.map(({ id }) => id).join(' ')
  }

  async start(): Promise<Schedule> {
    await this.#schedule.start()
    return this.#schedule
  }

  /** Turns the clock; the disk takes no time. Throws PowerCut. */
  advance(durationMs: number): Promise<void> {
    return this.clock.advance(durationMs, () => this.disk.quiet())
  }

  /** The process ends in order, and a new one starts on the same files. */
  async restart(): Promise<Schedule> {
    await this.#schedule.stop()
    return this.#next()
  }

  /** The process is killed: what it was doing goes on in nobody's name, and a new one starts. */
  async killAndStart(): Promise<Schedule> {
    this.clock.kill()
    await this.disk.cut(false)
    return this.#next()
  }

  /** The power is cut, and comes back after a while. */
  async rebootAndStart(offMs: number): Promise<Schedule> {
    this.clock.reboot(offMs)
    await this.disk.cut()
    return this.#next()
  }

  /** A new process starts on the same files, whatever became of the one before. */
  again(): Promise<Schedule> {
    return this.#next()
  }

  async #next(): Promise<Schedule> {
    this.#schedule = this.#create()
    return this.start()
  }

  #create(): Schedule {
    const life = ++this.#life
    const began = (job: Job): void => {
      if (life !== this.#life) return
      this.runs.push({ id: job.id, at: new Date(this.clock.nowMs()).toISOString() })
    }
    const perform: Perform = {
      say: async (job) => {
        began(job)
        const outcome = await this.perform(job, undefined)
        if (outcome.kind === 'failed') throw new Error(outcome.why)
      },
      do: (job, run) => {
        began(job)
        return this.perform(job, run)
      },
      ask: (job, run) => {
        began(job)
        return this.perform(job, run)
      },
    }
    return createSchedule({
      clock: this.clock,
      log: this.#log,
      stateFolder: this.stateFolder,
      calendar: () => {
        this.calendarLoads++
        return Promise.resolve(createCalendar())
      },
      perform,
      tell: (_job, text) => {
        if (life === this.#life) this.told.push(text)
        return Promise.resolve()
      },
      tellOwner: (_kind, sentence) => void this.toldOwner.push(sentence),
      roleNow: () => this.role,
      builtAtMs,
    })
  }
}
