import type { Clock } from '../clock.ts'
import type { Calendar } from './calendar.ts'
import { limits } from '../limits.ts'
import { isCalendarTrusted } from './clock-gate.ts'
import { type Around, type NextSlot, openAround, type Range } from './covered.ts'
import { intervalsOf } from './job-book.ts'
import type { JobTime } from './job.ts'
import type { JobState } from './job-records.ts'
import type { JobStore } from './job-store.ts'

export type Slots = Pick<Calendar, 'nextCron'>

/** All clocks at one moment. */
export interface Moment {
  readonly wallMs: number
  readonly elapsedMs: number
  readonly isTrusted: boolean
}

/** The latest slot of a job that has come and is not dealt with. */
export interface Due {
  readonly slot: number
  readonly afterMs?: number
  /** Wall ms. */
  readonly dueAtMs: number
  readonly lateMs: number
  /** Slots before it that came as well; they go with it. */
  readonly earlier: number | 'many'
}

interface Cursor extends Around {
  /** What it was found with. */
  readonly covered: readonly Range[]
  readonly passed: readonly number[]
  readonly sinceMs: number
  readonly behindMs: number
}

/**
 * Says of each job which slot is due now, and how long it is to the next one.
 *
 * On the calendar a slot that ran, or was left out by a rule of its own, never comes again. One that was only missed, as
 * it came too late, is over; but where the wall clock is put back before the moment at which that was found, the clock
 * was wrong, and the slot comes at its time. So of what lies ahead nothing counts but what ran, and slots are looked for
 * from the latest moment behind now at which the job was made or resumed, ran, or was found to have missed some.
 */
export class Agenda {
  readonly #clock: Clock
  readonly #store: JobStore
  readonly #builtAtMs: number
  readonly #slots: () => Slots
  readonly #cursors = new Map<string, Cursor>()

  constructor(options: {
    readonly clock: Clock
    readonly store: JobStore
    readonly builtAtMs: number
    /** The calendar, loaded as soon as any job needs it. */
    readonly slots: () => Slots
  }) {
    this.#clock = options.clock
    this.#store = options.store
    this.#builtAtMs = options.builtAtMs
    this.#slots = options.slots
  }

  now(): Moment {
    return {
      wallMs: this.#clock.nowMs(),
      elapsedMs: this.#store.elapsed.nowMs(),
      isTrusted: isCalendarTrusted(this.#clock, this.#store.book.newestMs, this.#builtAtMs),
    }
  }

  /** The wall clock was put back: what lay behind it may lie ahead now. */
  forgetAhead(): void {
    const nowMs = this.#clock.nowMs()
    for (const [id, { behindMs, latest }] of this.#cursors) {
      if (Math.max(behindMs, latest?.slotMs ?? 0) > nowMs) this.#cursors.delete(id)
    }
  }

  due(state: JobState, now: Moment): Due | undefined {
    const { time } = state.job
    switch (time.kind) {
      case 'in':
        return state.lastSlot >= 1 ? undefined : dueOnce(1, now.elapsedMs - state.anchorMs - time.delayMs, now)
      case 'at':
        if (!now.isTrusted || state.lastSlot === time.atMs || isMissed(state, now)) return undefined
        return dueOnce(time.atMs, now.wallMs - time.atMs, now)
      case 'every': {
        const slot = intervalsOf(state, time.everyMs, now.elapsedMs)
        if (slot <= state.lastSlot) return undefined
        const lateMs = now.elapsedMs - state.anchorMs - slot * time.everyMs
        return { slot, dueAtMs: now.wallMs - lateMs, lateMs, earlier: slot - state.lastSlot - 1 }
      }
      case 'cron':
        return now.isTrusted ? this.#dueCron(state, time, now) : undefined
      case 'when':
        return undefined
    }
  }

  /**
   * How long it is to the first slot behind `slot`, the one that runs or waits; 0 or less when it has come. Undefined:
   * never again, or nobody knows.
   */
  delayMs(state: JobState, now: Moment, slot: number | undefined): number | undefined {
    const { time } = state.job
    switch (time.kind) {
      case 'in':
        return Math.max(state.lastSlot, slot ?? 0) >= 1 ? undefined : state.anchorMs + time.delayMs - now.elapsedMs
      case 'at':
        if (!now.isTrusted || slot !== undefined || state.lastSlot === time.atMs || isMissed(state, now))
          return undefined
        return time.atMs - now.wallMs
      case 'every': {
        const next = Math.max(state.lastSlot, slot ?? 0) + 1
        return state.anchorMs + next * time.everyMs - now.elapsedMs
      }
      case 'cron': {
        if (!now.isTrusted) return undefined
        const { latest, next } = this.#cursorOf(state, time, now)
        const open = latest === undefined || latest.slotMs === slot ? next : latest
        return open === undefined ? undefined : open.slotMs - now.wallMs
      }
      case 'when':
        return undefined
    }
  }

  /** The runs of a job that is made at this wall ms. */
  firstRuns(time: JobTime, count: number, fromMs: number): readonly number[] {
    switch (time.kind) {
      case 'in':
        return [fromMs + time.delayMs].slice(0, count)
      case 'at':
        return [time.atMs].slice(0, count)
      case 'every':
        return Array.from({ length: count }, (_, index) => fromMs + (index + 1) * time.everyMs)
      case 'cron': {
        const runs: number[] = []
        for (let runMs: number | undefined = fromMs; runs.length < count; runs.push(runMs)) {
          runMs = this.#nextOf(time)(runMs)
          if (runMs === undefined) break
        }
        return runs
      }
      case 'when':
        return []
    }
  }

  #nextOf({ expression, zone }: JobTime & { readonly kind: 'cron' }): NextSlot {
    return (afterMs) => this.#slots().nextCron(expression, zone, afterMs)
  }

  #dueCron(state: JobState, time: JobTime & { readonly kind: 'cron' }, now: Moment): Due | undefined {
    const { latest } = this.#cursorOf(state, time, now)
    if (latest === undefined || latest.slotMs > now.wallMs) return undefined
    const { slotMs, afterMs, earlier } = latest
    return { slot: slotMs, afterMs, dueAtMs: slotMs, lateMs: now.wallMs - slotMs, earlier }
  }

  /** Found once and kept: it changes when a slot comes or is dealt with, and when the clock jumps. */
  #cursorOf(state: JobState, time: JobTime & { readonly kind: 'cron' }, now: Moment): Cursor {
    const known = this.#cursors.get(state.job.id)
    const { covered, passed, sinceMs } = state
    const isKnown = known?.covered === covered && known.passed === passed && known.sinceMs === sinceMs
    if (isKnown && (known.next?.slotMs ?? Infinity) > now.wallMs) return known
    const next = this.#nextOf(time)
    const nowMs = now.wallMs
    const behindMs = behindOf(state, next, { knownMs: isKnown ? known.behindMs : undefined, nowMs })
    const around = openAround(next, covered, { behindMs, nowMs })
    const cursor = { covered, passed, sinceMs, behindMs, ...around }
    this.#cursors.set(state.job.id, cursor)
    return cursor
  }
}

/** By what the clock says now, this single run was missed already. */
function isMissed({ passed }: JobState, now: Moment): boolean {
  return passed.some((each) => each <= now.wallMs)
}

/** Missed so long ago that the clock is right: a single run goes then. */
export function isOver({ job, passed }: JobState, now: Moment): boolean {
  return job.time.kind === 'at' && now.isTrusted && passed.some((each) => each + limits.jobMissedKeptMs <= now.wallMs)
}

/**
 * Behind which wall ms slots of this job are still its business: what lies before one that ran went with it, and what lies
 * ahead is of a clock that was wrong. `knownMs`: an answer of before.
 */
function behindOf(
  { covered, passed, sinceMs }: JobState,
  next: NextSlot,
  { knownMs, nowMs }: { readonly knownMs: number | undefined; readonly nowMs: number },
): number {
  const ran = covered.map(({ fromMs, toMs }) => {
    if (toMs <= nowMs || fromMs > nowMs) return toMs
    const firstMs = next(fromMs)
    // Where the stretch begins there may be a slot that does not belong to it, and comes just now.
    return firstMs !== undefined && firstMs <= nowMs ? firstMs : fromMs - 1
  })
  const past = [sinceMs, ...passed, ...ran, knownMs ?? sinceMs].filter((each) => each <= nowMs)
  return past.length === 0 ? nowMs : Math.max(...past, nowMs - lookBackMaxMs)
}

/** What lies further back is nobody's business any more. */
const lookBackMaxMs = 366 * 24 * 60 * 60_000

function dueOnce(slot: number, lateMs: number, now: Moment): Due | undefined {
  return lateMs < 0 ? undefined : { slot, dueAtMs: now.wallMs - lateMs, lateMs, earlier: 0 }
}
