import { limits } from '../limits.ts'
import { cover } from './covered.ts'
import type { BootBase, Stamp } from './elapsed-clock.ts'
import type { Job, JobTime, RunOutcome } from './job.ts'
import { formHead, type JobRecord, type JobState, type Written } from './job-records.ts'
import type { JobResult } from './schedule.ts'

/**
 * What the records say: a fold over them. The same code applies a record when it is written and when it is read back, so
 * the state after a crash is the state before it.
 */
export class JobBook {
  readonly #states = new Map<string, JobState>()
  #nextId = 1
  #last: Stamp | undefined
  #base: BootBase | undefined
  #newestMs = 0

  apply(record: JobRecord, written: Written): void {
    this.#last = { elapsedMs: written.elapsedMs, wallMs: written.wallMs, isSet: written.isSet }
    // A clock that nobody has set runs behind: what it says takes back nothing.
    const isKnown = written.isSet || (record.k === 'time' && record.wallWasSet === true)
    this.#newestMs = isKnown ? written.wallMs : Math.max(this.#newestMs, written.wallMs)
    switch (record.k) {
      case 'head':
        if (!isKnown) this.#newestMs = Math.max(this.#newestMs, record.newestMs)
        this.#nextId = Math.max(this.#nextId, record.nextId)
        break
      case 'boot': {
        const { k: _k, ...base } = record
        this.#base = base
        break
      }
      case 'job':
        this.#states.set(record.s.job.id, record.s)
        this.#nextId = Math.max(this.#nextId, Number(record.s.job.id) + 1)
        break
      case 'pause':
        this.#change(record.id, (state) => ({
          ...state,
          job: { ...state.job, paused: { atMs: written.wallMs, why: record.why } },
        }))
        break
      case 'resume':
        this.#change(record.id, (state) => {
          const { paused: _paused, ...job } = state.job
          return { ...behind({ ...state, job }, written), failuresInRow: 0 }
        })
        break
      case 'gone':
        this.#states.delete(record.id)
        break
      case 'run':
        this.#change(record.id, (state) => ({
          ...dealtWith(state, record, written.wallMs),
          running: { slot: record.slot, atMs: written.wallMs, calls: [] },
        }))
        break
      case 'call': {
        const { k: _k, id, ...call } = record
        this.#change(id, (state) => withCalls(state, (calls) => [...calls, { ...call, ended: false }]))
        break
      }
      case 'ran':
        this.#change(record.id, (state) =>
          withCalls(state, (calls) => calls.map((call) => (call.c === record.c ? { ...call, ended: true } : call))),
        )
        break
      case 'end':
        this.#change(record.id, (state) => ended(state, record, written.wallMs))
        // What a wrong clock made too late may still come.
        if (record.missedAtMs === undefined && isOnce(this.#states.get(record.id)?.job.time)) {
          this.#states.delete(record.id)
        }
        break
      case 'time':
        break
    }
  }

  get(id: string): JobState | undefined {
    return this.#states.get(id)
  }

  states(): readonly JobState[] {
    return [...this.#states.values()]
  }

  get size(): number {
    return this.#states.size
  }

  /** Never used before in this home, as far as anybody knows. */
  get nextId(): string {
    return String(this.#nextId)
  }

  /** Of the newest record. */
  get last(): Stamp | undefined {
    return this.#last
  }

  get base(): BootBase | undefined {
    return this.#base
  }

  /** Wall ms of the newest record: it is later now, where the clock is right. */
  get newestMs(): number {
    return this.#newestMs
  }

  /** After damage: whatever was due before `now` may have run, and counts as dealt with. */
  forgetDue(now: Pick<Written, 'elapsedMs' | 'wallMs'>): void {
    const range = { fromMs: now.wallMs - limits.jobDamageCoverMs, toMs: now.wallMs }
    for (const [id, state] of this.#states) {
      this.#states.set(id, { ...behind(state, now), covered: cover(state.covered, range) })
    }
  }

  /** The fewest records that give this state again: they follow each other under one number. */
  records(base: BootBase): readonly JobRecord[] {
    const jobs = this.states().map((s): JobRecord => ({ k: 'job', s }))
    const head = formHead({ nextId: this.#nextId, newestMs: this.#newestMs, jobs: jobs.length })
    return [head, { k: 'boot', ...base }, ...jobs]
  }

  #change(id: string, change: (state: JobState) => JobState): void {
    const state = this.#states.get(id)
    if (state !== undefined) this.#states.set(id, change(state))
  }
}

/** A job for one run: it goes with it, or a while after it was missed. */
export function isOnce(time: JobTime | undefined): boolean {
  return time?.kind === 'in' || time?.kind === 'at'
}

/** How many intervals have passed. */
export function intervalsOf(state: JobState & { readonly job: Job }, everyMs: number, elapsedMs: number): number {
  return Math.max(0, Math.floor((elapsedMs - state.anchorMs) / everyMs))
}

function withCalls(
  state: JobState,
  change: (calls: NonNullable<JobState['running']>['calls']) => NonNullable<JobState['running']>['calls'],
): JobState {
  const { running } = state
  return running === undefined ? state : { ...state, running: { ...running, calls: change(running.calls) } }
}

/** Nothing that was due before now is its business any more. */
function behind(state: JobState, now: Pick<Written, 'elapsedMs' | 'wallMs'>): JobState {
  const { time } = state.job
  const lastSlot = time.kind === 'every' ? intervalsOf(state, time.everyMs, now.elapsedMs) : state.lastSlot
  return { ...state, sinceMs: now.wallMs, lastSlot: Math.max(state.lastSlot, lastSlot) }
}

/** It never comes again. What had been missed further ahead than now was missed by a clock that was wrong. */
function dealtWith(
  state: JobState,
  { slot, after }: { readonly slot: number; readonly after?: number },
  nowMs: number,
): JobState {
  if (state.job.time.kind !== 'cron') return { ...state, lastSlot: Math.max(state.lastSlot, slot) }
  return {
    ...state,
    lastSlot: slot,
    covered: cover(state.covered, { fromMs: after ?? slot - 1, toMs: slot }),
    passed: state.passed.filter((each) => each > slot && each <= nowMs),
  }
}

function ended(before: JobState, record: JobRecord & { readonly k: 'end' }, atMs: number): JobState {
  const { durationMs, outcome } = record
  const { running, ...rest } = before
  const wasRunning = running?.slot === record.slot
  const left =
    record.missedAtMs === undefined
      ? dealtWith(before, record, atMs)
      : { ...before, passed: [...before.passed, record.missedAtMs].slice(-limits.jobPassedMarksMax) }
  const state = wasRunning ? rest : left
  const result: JobResult = { atMs, durationMs, outcome }
  return {
    ...state,
    results: [...state.results, result].slice(-limits.jobResultsMax),
    failuresInRow: failuresAfter(state.failuresInRow, outcome),
  }
}

/** What the process died of counts too: a job that kills it each time has to be paused in the end. */
function failuresAfter(failures: number, { kind }: RunOutcome): number {
  if (kind === 'skipped') return failures
  return kind === 'done' ? 0 : failures + 1
}
