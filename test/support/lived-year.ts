import { limits } from '../../src/limits.ts'
import type { JobDraft } from '../../src/schedule/schedule.ts'
import { CutDisk, PowerCut } from './cut-disk.ts'
import { FakeClock } from './fake-clock.ts'
import { draft } from './schedule-rig.ts'
import { type Life, judgeYear, type Run, type Stretch } from './schedule-year-judge.ts'
import { type DayTime, slotsOf } from './zone-slots.ts'

/**
 * A year of a schedule on its real files: the power is cut at random changes of the disk and at random times, the
 * process is killed and restarted, the clock jumps both ways and is not set for a while after a boot. What was done is
 * noted here, outside, and judged by schedule-year-judge.ts.
 */
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const startMs = Date.parse('2027-01-01T00:00:00Z')
/** So far a wrong clock goes. */
const wrongMs = 400 * dayMs

/** A job on the calendar, said twice: as the schedule reads it, and for the judge. */
export interface YearJob {
  readonly name: string
  readonly expression: string
  readonly day: DayTime
  readonly of?: Partial<JobDraft>
}

/** What is lived in: a schedule alone, or the whole program over it. */
export interface World {
  /** A new process on the files that are there. */
  start(): Promise<unknown>
  stop(): Promise<unknown>
  /** Throws PowerCut. */
  advance(durationMs: number): Promise<void>
  add(draft: JobDraft): Promise<unknown>
  /** The names of the jobs that there are. */
  left(): Promise<readonly string[]>
  /** What makers were told of jobs, and owners of what is broken. */
  readonly told: readonly string[]
  readonly toldOwner: readonly string[]
}

/** Something is done for this job now. */
export type NoteRun = (name: string) => void

export interface YearReport {
  readonly runs: number
  readonly cuts: number
  readonly slots: number
  readonly onceJobs: number
  readonly faults: readonly string[]
}

export interface YearOptions {
  readonly seed: number
  readonly days: number
}

type CreateWorld = (clock: FakeClock, disk: CutDisk, random: (below: number) => number, note: NoteRun) => World

export async function liveIn(
  { seed, days }: YearOptions,
  jobs: readonly YearJob[],
  create: CreateWorld,
): Promise<YearReport> {
  const disk = await CutDisk.install()
  try {
    const year = new Year(jobs, disk, seed, create)
    await year.live(days * dayMs)
    return await year.report()
  } finally {
    await disk.restore()
  }
}

class Year {
  readonly #clock = new FakeClock(new Date(startMs).toISOString())
  readonly #jobs: readonly YearJob[]
  readonly #world: World
  readonly #disk: CutDisk
  readonly #random: (below: number) => number
  readonly #runs: Run[] = []
  readonly #stretches: Stretch[] = []
  readonly #lives: Life[] = []
  readonly #once = new Map<string, number | undefined>()
  /** What has really passed, up to a monotonic time of this boot. */
  #passedMs = 0
  #monotonicMs: number
  #cuts = 0
  #life = 0

  constructor(jobs: readonly YearJob[], disk: CutDisk, seed: number, create: CreateWorld) {
    this.#jobs = jobs
    this.#disk = disk
    this.#random = numbersFrom(seed)
    this.#monotonicMs = this.#clock.monotonicMs()
    this.#world = create(this.#clock, disk, this.#random, (name) =>
      this.#runs.push({ name, wallMs: this.#clock.nowMs(), passedMs: this.#nowMs() }),
    )
  }

  async live(durationMs: number): Promise<void> {
    await this.#world.start()
    for (const { name, expression, day, of } of this.#jobs) {
      await this.#world.add(draft({ name, time: { kind: 'cron', expression, zone: day.zone }, ...of }))
    }
    const every = (name: string, everyMs: number, of: Partial<JobDraft>): Promise<unknown> =>
      this.#world.add(draft({ name, time: { kind: 'every', everyMs }, ...of }))
    await every('every-45m', 45 * minuteMs, { action: { kind: 'do', calls: [] } })
    await every('every-7h', 7 * hourMs, { missed: 'once' })
    this.#begin()
    while (this.#nowMs() < durationMs) {
      await this.#advance((1 + this.#random(40)) * hourMs + this.#random(hourMs))
      await this.#happen()
    }
    await this.#set()
    await this.#advance(4 * dayMs)
  }

  async report(): Promise<YearReport> {
    const endMs = startMs + this.#nowMs()
    const range = [startMs - wrongMs - 9 * dayMs, endMs + wrongMs + 9 * dayMs] as const
    const jobs = this.#jobs.map(({ name, day, of }) => ({
      name,
      slots: slotsOf(day, ...range),
      catchesUpMs: of?.missed === 'once' ? (of.action?.kind === 'do' ? limits.jobActGraceMs : limits.jobGraceMs) : 0,
    }))
    const faults = judgeYear({
      startMs,
      jobs,
      runs: this.#runs,
      stretches: this.#stretches,
      lives: this.#lives,
      once: this.#once,
      told: this.#world.told,
      left: await this.#world.left(),
    })
    const slots = jobs.flatMap((job) => job.slots.filter((each) => each > startMs && each < endMs)).length
    const owners = this.#world.toldOwner.map((sentence) => `owners were told: ${sentence}`)
    return {
      runs: this.#runs.length,
      cuts: this.#cuts,
      slots,
      onceJobs: this.#once.size,
      faults: [...faults, ...owners],
    }
  }

  /** One thing that goes wrong, or a job that is made. */
  async #happen(): Promise<void> {
    const pick = this.#random(9)
    switch (pick) {
      case 0:
        this.#disk.cutAt(this.#random(40), { after: this.#random(2) === 0 })
        return this.#advance(2 * dayMs)
      case 1:
        return this.#reboot()
      case 2:
        this.#clock.kill()
        await this.#disk.cut(false)
        await this.#world.start()
        return this.#begin()
      case 3: {
        const stopping = this.#world.stop()
        await this.#advance(limits.stopGraceMs)
        await stopping
        await this.#world.start()
        return this.#begin()
      }
      case 4:
      case 5: {
        const byMs = [5 * minuteMs, 3 * hourMs, 2 * dayMs, wrongMs][this.#random(4)] ?? 0
        this.#jump(pick === 4 ? byMs : -byMs)
        await this.#advance(minuteMs + this.#random(8 * hourMs))
        return this.#set()
      }
      default:
        return this.#make()
    }
  }

  async #make(): Promise<void> {
    const name = `once-${this.#once.size}`
    const delayMs = minuteMs + this.#random(this.#random(2) === 0 ? 2 * dayMs : hourMs)
    const atMs = this.#clock.nowMs() + delayMs
    const isAt = this.#random(2) === 0
    const of = { name, missed: 'once', action: { kind: 'do', calls: [] } } as const
    await this.#world.add(draft({ ...of, time: isAt ? { kind: 'at', atMs } : { kind: 'in', delayMs } }))
    this.#once.set(name, isAt ? atMs : undefined)
  }

  #nowMs(): number {
    return this.#passedMs + this.#clock.monotonicMs() - this.#monotonicMs
  }

  async #advance(durationMs: number): Promise<void> {
    try {
      await this.#world.advance(durationMs)
      this.#note()
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      this.#note()
      await this.#disk.revive()
      await this.#reboot()
    }
  }

  /** Off for a while; then the clock of the board may lag until something sets it. */
  async #reboot(): Promise<void> {
    this.#cuts++
    this.#note()
    await this.#disk.cut()
    const offMs = [5_000, minuteMs, 10 * minuteMs, hourMs, 13 * hourMs, 2 * dayMs][this.#random(6)] ?? 0
    this.#passedMs = this.#nowMs() + offMs
    this.#clock.reboot(offMs)
    this.#monotonicMs = this.#clock.monotonicMs()
    if (this.#random(3) === 0) {
      this.#clock.isSet = false
      this.#clock.jumpWall(-offMs - 2 * hourMs)
    }
    await this.#world.start()
    this.#begin()
    if (!this.#clock.isSet) await this.#advance(minuteMs + this.#random(3 * hourMs))
    await this.#set()
  }

  #jump(byMs: number): void {
    this.#note()
    this.#clock.jumpWall(byMs)
    this.#stretch()
  }

  /** The clock is right again. */
  async #set(): Promise<void> {
    const wasSet = this.#clock.isSet
    this.#note()
    this.#clock.isSet = true
    const byMs = startMs + this.#nowMs() - this.#clock.nowMs()
    if (byMs === 0 && wasSet) return
    this.#clock.jumpWall(byMs)
    this.#stretch()
    // The next look at the clocks sees it.
    await this.#advance(limits.jobClockCheckMs)
  }

  /** A new process runs. */
  #begin(): void {
    this.#life++
    this.#lives.push({ fromMs: this.#nowMs(), toMs: this.#nowMs(), isSet: this.#clock.isSet })
    this.#stretch()
  }

  /** From here on the wall clock goes on without a jump. */
  #stretch(): void {
    const wallMs = this.#clock.nowMs()
    this.#stretches.push({ fromMs: wallMs, toMs: wallMs, isTrusted: this.#clock.isSet, life: this.#life })
    const life = this.#lives.at(-1)
    if (life !== undefined && !this.#clock.isSet) life.isSet = false
  }

  #note(): void {
    const stretch = this.#stretches.at(-1)
    const life = this.#lives.at(-1)
    if (stretch !== undefined) stretch.toMs = this.#clock.nowMs()
    if (life !== undefined) life.toMs = this.#nowMs()
  }
}

/** A small generator of numbers that look random, the same in every run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed * 7_919 + 1
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
