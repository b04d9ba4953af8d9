import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Job, RunOutcome } from './job.ts'
import type { JobState } from './job-records.ts'
import type { JobStore } from './job-store.ts'
import { jobTitle, lateText, rightsText } from './job-words.ts'
import { graceMs } from './missed.ts'
import type { Perform, RunContext, TellMaker } from './perform.ts'
import { endInTime } from './run-deadline.ts'
import { settleRun } from './run-result.ts'

export interface RunnerOptions {
  readonly clock: Clock
  readonly log: Log
  readonly store: JobStore
  readonly perform: Perform
  readonly tell: TellMaker
  /** Tells the first owner what no other can: the maker of a job is none any more. */
  readonly tellOwner: (kind: 'jobs-rights', sentence: string) => void
  /** The role of a person at this moment; undefined for one who has none any more. */
  readonly roleNow: (maker: Job['maker']) => 'owner' | 'guest' | undefined
  /** A run is over, or could not be begun. */
  readonly onSettled: (id: string, begun: boolean) => void
}

/** One slot of a job that is to run now. */
export interface RunRequest {
  readonly id: string
  readonly slot: number
  /** On the calendar: a time before it with no slot between. */
  readonly afterMs?: number
  readonly dueAtMs: number
  readonly lateMs: number
  /** Monotonic ms before which it waits: what is caught up comes one after the other. */
  readonly notBeforeMs?: number
}

interface Running {
  readonly slot: number
  readonly isAsk: boolean
  readonly aborter: AbortController
  readonly over: Promise<void>
}

/** Runs slots, some at a time, each written down before it begins. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #running = new Map<string, Running>()
  #waiting: (RunRequest & { readonly askedMs: number })[] = []
  #isStopped = false

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** The slot of this job that runs or waits. */
  slotOf(id: string): number | undefined {
    return this.#running.get(id)?.slot ?? this.#waiting.find((each) => each.id === id)?.slot
  }

  isRunning(id: string): boolean {
    return this.#running.has(id)
  }

  request(request: RunRequest): void {
    this.#waiting.push({ ...request, askedMs: this.#options.clock.monotonicMs() })
  }

  /** The wall clock was put back: what waits to be caught up and lies ahead now comes at its time. */
  forgetAhead(): void {
    const nowMs = this.#options.clock.nowMs()
    this.#waiting = this.#waiting.filter(({ notBeforeMs, dueAtMs }) => notBeforeMs === undefined || dueAtMs <= nowMs)
  }

  /** Monotonic ms at which the next one that must wait may begin. */
  nextStartMs(): number | undefined {
    const times = this.#waiting.flatMap(({ notBeforeMs }) => (notBeforeMs === undefined ? [] : [notBeforeMs]))
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Begins what may begin, in the order in which it was asked for. */
  pump(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const request of this.#waiting) {
      if (this.#isStopped || this.#running.size >= limits.jobRunsMax) return
      if ((request.notBeforeMs ?? 0) > nowMs) continue
      const state = this.#options.store.book.get(request.id)
      const isAsk = state?.job.action.kind === 'ask'
      const asks = [...this.#running.values()].filter((each) => each.isAsk).length
      // What needs no model does not wait behind what does.
      if (isAsk && asks >= limits.jobAskRunsMax) continue
      this.#waiting = this.#waiting.filter((each) => each !== request)
      if (state === undefined || state.job.paused !== undefined) continue
      const waitedMs = nowMs - request.askedMs
      this.#begin(state, { ...request, lateMs: request.lateMs + waitedMs }, isAsk)
    }
  }

  /** The job is gone: its run ends, and one that waits does not begin. */
  drop(id: string): void {
    this.#waiting = this.#waiting.filter((each) => each.id !== id)
    this.#running.get(id)?.aborter.abort(new PincerError('stopped', 'The job was removed.'))
  }

  /** Ends all runs. What was in the middle of something stays written down as running: the next start tells it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#waiting = []
    const running = [...this.#running.values()]
    for (const { aborter } of running) aborter.abort(new PincerError('stopped', 'Pincer is stopping.'))
    await Promise.all(running.map(({ over }) => over))
  }

  #begin(state: JobState, request: RunRequest, isAsk: boolean): void {
    const { id, slot } = request
    const aborter = new AbortController()
    const run = async (): Promise<void> => {
      let begun = false
      try {
        begun = await this.#run(state.job, request, aborter)
      } catch (error) {
        this.#options.log.error('schedule', `${jobTitle(state.job)}: ${sentenceOf(error)}`)
      }
      this.#running.delete(id)
      this.#options.onSettled(id, begun)
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running.set(id, { slot, isAsk, aborter, over: promise })
    void run().then(resolve)
  }

  /** False: it was not begun, and stays due. */
  async #run(job: Job, request: RunRequest, aborter: AbortController): Promise<boolean> {
    const { store, clock } = this.#options
    const { id, slot, afterMs, lateMs } = request
    const after = afterMs === undefined ? {} : { after: afterMs }
    if (this.#options.roleNow(job.maker) !== 'owner') {
      await store.keep([{ k: 'pause', id, why: `${job.maker.person.name} is no owner any more` }], { sync: true })
      this.#options.tellOwner('jobs-rights', rightsText(job))
      return true
    }
    if (lateMs > graceMs(job.action)) {
      const outcome = { kind: 'skipped', why: `it waited ${formatDuration(lateMs)} for other jobs` } as const
      await settleRun(id, { slot, durationMs: 0, outcome, ...after }, this.#options)
      return true
    }
    try {
      await store.append([{ k: 'run', id, slot, ...after }], { sync: true })
    } catch {
      // The store has said it; no slot runs that a later start could not know of.
      return false
    }
    const beganMs = clock.monotonicMs()
    const outcome = await this.#outcomeOf(job, request, aborter)
    if (this.#isStopped && outcome.kind !== 'done') return true
    await settleRun(id, { slot, durationMs: clock.monotonicMs() - beganMs, outcome }, this.#options)
    return true
  }

  async #outcomeOf(job: Job, request: RunRequest, aborter: AbortController): Promise<RunOutcome> {
    const work = (): Promise<RunOutcome> => this.#perform(job, request, aborter.signal)
    return endInTime(work, { clock: this.#options.clock, aborter, timeoutMs: limits.jobRunTimeoutMs })
  }

  async #perform(job: Job, request: RunRequest, signal: AbortSignal): Promise<RunOutcome> {
    const { perform, tell } = this.#options
    const context: RunContext = { signal, beforeChange: this.#journalOf(job.id) }
    switch (job.action.kind) {
      case 'say':
        await perform.say(job)
        if (request.lateMs > limits.jobOnTimeMs) await tell(job, lateText(job, request), { failed: false })
        return { kind: 'done' }
      case 'do':
        return perform.do(job, context)
      case 'ask':
        return perform.ask(job, context)
    }
  }

  #journalOf(id: string): RunContext['beforeChange'] {
    const { store } = this.#options
    let count = 0
    return async (what, foreign) => {
      const c = ++count
      await store.append([{ k: 'call', id, c, what, ...(foreign === undefined ? {} : { foreign }) }], { sync: true })
      return () => store.keep([{ k: 'ran', id, c }])
    }
  }
}
