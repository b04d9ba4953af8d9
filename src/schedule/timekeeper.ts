import type { Clock, Timer } from '../clock.ts'
import { durationMaxMs, formatDuration } from '../duration.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { type Agenda, type Due, isOver, type Moment } from './agenda.ts'
import { isOnce } from './job-book.ts'
import type { JobState } from './job-records.ts'
import type { JobStore } from './job-store.ts'
import { jobTitle, leftOutText, missedText } from './job-words.ts'
import { stillRunning, verdictOn } from './missed.ts'
import type { TellMaker } from './perform.ts'
import type { Runner } from './runner.ts'

export interface TimekeeperOptions {
  readonly clock: Clock
  readonly log: Log
  readonly store: JobStore
  readonly agenda: Agenda
  readonly runner: Runner
  readonly tell: TellMaker
}

const pauseMs = 1_000

/** Looks at all jobs whenever one is due, and decides what becomes of each slot. One timer; none without jobs. */
export class Timekeeper {
  readonly #options: TimekeeperOptions
  /** Monotonic ms until which a job whose run could not be begun is not tried again. */
  readonly #heldMs = new Map<string, number>()
  #timer: Timer | undefined
  #isStopped = false
  /** Wall less monotonic ms. */
  #driftMs: number
  /** The file was damaged: what was due before now may have run. Until the clocks were known for once. */
  #isAfterDamage: boolean
  #latestCatchUpMs = 0
  #savedElapsedMs: number

  constructor(options: TimekeeperOptions) {
    const { clock, store } = options
    this.#options = options
    this.#driftMs = clock.nowMs() - clock.monotonicMs()
    this.#isAfterDamage = store.wasDamaged
    this.#savedElapsedMs = store.elapsed.nowMs()
  }

  /** Something changed, or time has passed: begins what is due, and sleeps until the next. */
  tick(): void {
    if (this.#isStopped) return
    const { store, agenda, runner } = this.#options
    this.#noticeClocks()
    const now = agenda.now()
    for (const state of store.book.states()) {
      if (state.job.paused === undefined) this.#look(state, now)
    }
    if (now.isTrusted) this.#isAfterDamage = false
    if (store.isBehind) void store.keep([])
    runner.pump()
    this.#sleep(now)
  }

  /** A run could not be begun, for its record could not be written. */
  hold(id: string): void {
    this.#heldMs.set(id, this.#options.clock.monotonicMs() + limits.jobClockCheckMs)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #noticeClocks(): void {
    const { clock, log, store, agenda, runner } = this.#options
    const driftMs = clock.nowMs() - clock.monotonicMs()
    const jumpMs = driftMs - this.#driftMs
    this.#driftMs = driftMs
    if (store.elapsed.settle()) log.info('schedule', 'It is known now how long this board was off.')
    if (Math.abs(jumpMs) > limits.jobClockJumpMs) {
      const way = jumpMs > 0 ? 'forward' : 'back'
      log.info('schedule', `The wall clock was put ${way} by ${formatDuration(Math.abs(jumpMs))}.`)
      agenda.forgetAhead()
      runner.forgetAhead()
      // Whoever has set it knows more than what was written down before.
      if (this.#has('calendar') && !clock.wallIsSet()) void store.keep([{ k: 'time', wallWasSet: true }])
    }
    const unsavedMs = store.elapsed.nowMs() - this.#savedElapsedMs
    if (clock.wallIsSet() || !this.#has('elapsed') || unsavedMs < limits.jobElapsedSaveMs) return
    this.#savedElapsedMs = store.elapsed.nowMs()
    void store.keep([{ k: 'time' }], { sync: true })
  }

  #look(state: JobState, now: Moment): void {
    const { agenda, runner, store, clock } = this.#options
    const { id } = state.job
    if ((this.#heldMs.get(id) ?? 0) > clock.monotonicMs()) return
    this.#heldMs.delete(id)
    if (isOver(state, now)) {
      void store.keep([{ k: 'gone', id }])
      return
    }
    let due: Due | undefined
    try {
      due = agenda.due(state, now)
    } catch (error) {
      // A zone can go with an update of the system.
      void store.keep([{ k: 'pause', id, why: sentenceOf(error) }], { sync: true })
      this.#tell(state, `${jobTitle(state.job)} is paused: ${sentenceOf(error)}`)
      return
    }
    if (due === undefined) return
    const busy = runner.slotOf(id)
    if (busy === due.slot) return
    if (busy !== undefined) this.#leaveOut(state, due, stillRunning)
    else this.#decide(state, due)
  }

  #decide(state: JobState, due: Due): void {
    const { clock, log, runner } = this.#options
    const { job } = state
    const once = isOnce(job.time)
    const verdict = once && this.#isAfterDamage ? 'missed' : verdictOn(job, due.lateMs)
    const { slot, afterMs, dueAtMs, lateMs } = due
    const request = { id: job.id, slot, dueAtMs, lateMs, ...(afterMs === undefined ? {} : { afterMs }) }
    switch (verdict) {
      case 'run':
        runner.request(request)
        break
      case 'catch-up':
        this.#latestCatchUpMs = Math.max(this.#latestCatchUpMs, clock.monotonicMs()) + limits.jobCatchUpGapMs
        log.info('schedule', `${jobTitle(job)} is ${formatDuration(lateMs)} late and is caught up.`)
        runner.request({ ...request, notBeforeMs: this.#latestCatchUpMs })
        break
      case 'missed': {
        // `at`: not where the file was damaged, since it may have run then.
        const mayCome = job.time.kind === 'cron' || (job.time.kind === 'at' && !this.#isAfterDamage)
        if (once) this.#tell(state, missedText(job, due, mayCome))
        const more = due.earlier === 0 ? '' : `, after ${due.earlier} others`
        const why = `it was missed by ${formatDuration(lateMs)}${more}`
        this.#record(state, due, mayCome ? { why, missedAtMs: dueAtMs + lateMs } : { why })
        break
      }
    }
  }

  /** By a rule that is told once for as long as it goes on. */
  #leaveOut(state: JobState, due: Due, why: string): void {
    const last = state.results.at(-1)?.outcome
    if (last?.kind !== 'skipped' || last.why !== why) this.#tell(state, leftOutText(state.job, why))
    this.#record(state, due, { why })
  }

  #record(
    { job }: JobState,
    { slot, afterMs }: Due,
    { why, ...missed }: { readonly why: string; readonly missedAtMs?: number },
  ): void {
    const after = afterMs === undefined ? {} : { after: afterMs }
    const outcome = { kind: 'skipped', why } as const
    void this.#options.store.keep([{ k: 'end', id: job.id, slot, ...after, ...missed, durationMs: 0, outcome }])
  }

  #tell({ job }: JobState, text: string): void {
    const { tell, log } = this.#options
    tell(job, text, { failed: true }).catch((error: unknown) => {
      log.error('schedule', `Could not be told (${sentenceOf(error)}): ${text}`)
    })
  }

  #sleep(now: Moment): void {
    const { clock, store, agenda, runner } = this.#options
    this.#timer?.cancel()
    this.#timer = undefined
    const monotonicMs = clock.monotonicMs()
    const delays: number[] = []
    for (const state of store.book.states()) {
      if (state.job.paused !== undefined) continue
      const heldMs = this.#heldMs.get(state.job.id)
      const delayMs = agenda.delayMs(state, now, runner.slotOf(state.job.id))
      if (heldMs !== undefined) delays.push(heldMs - monotonicMs)
      else if (delayMs !== undefined) delays.push(delayMs)
    }
    const catchUpMs = runner.nextStartMs()
    if (catchUpMs !== undefined) delays.push(catchUpMs - monotonicMs)
    if (store.isBehind || this.#has('calendar') || (store.elapsed.isOpen && this.#has('elapsed'))) {
      delays.push(limits.jobClockCheckMs)
    }
    if (!clock.wallIsSet() && this.#has('elapsed')) delays.push(limits.jobElapsedSaveMs)
    if (delays.length === 0) return
    // All that had come is in somebody's hands: what still seems due is not looked at again without a pause.
    const delayMs = Math.min(...delays)
    this.#timer = clock.after(delayMs > 0 ? Math.min(delayMs, durationMaxMs) : pauseMs, () => this.tick())
  }

  /** Whether a job that is not paused is bound to the calendar, or to what has elapsed. */
  #has(what: 'calendar' | 'elapsed'): boolean {
    const kinds = what === 'calendar' ? ['at', 'cron'] : ['in', 'every']
    return this.#options.store.book
      .states()
      .some(({ job }) => job.paused === undefined && kinds.includes(job.time.kind))
  }
}
