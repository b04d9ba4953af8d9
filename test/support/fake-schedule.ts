import type { Job, RunOutcome } from '../../src/schedule/job.ts'
import type { JobView, Schedule } from '../../src/schedule/schedule.ts'

/** Jobs in memory that run as a test says, at once. */
export class FakeSchedule implements Pick<Schedule, 'list' | 'fire' | 'setPaused' | 'onChange'> {
  /** Every firing, for example `3: door is open`. */
  readonly fired: string[] = []
  readonly #views = new Map<string, JobView>()
  readonly #perform: (job: Job) => Promise<RunOutcome>
  readonly #nowMs: () => number
  #listeners: (() => void)[] = []

  constructor(nowMs: () => number, perform: (job: Job) => Promise<RunOutcome>) {
    this.#nowMs = nowMs
    this.#perform = perform
  }

  put(job: Job): void {
    this.#views.set(job.id, { job, waitsForClock: false, isRunning: false, failuresInRow: 0 })
    this.#tell()
  }

  remove(id: string): void {
    this.#views.delete(id)
    this.#tell()
  }

  /** Nobody listens any more: the process ended. */
  restart(): void {
    this.#listeners = []
  }

  list(): readonly JobView[] {
    return [...this.#views.values()]
  }

  async setPaused(id: string, paused: false | { readonly why: string }): Promise<JobView> {
    const view = this.#change(id, (before) => {
      const { paused: _before, ...job } = before.job
      return { ...before, job: paused === false ? job : { ...job, paused: { atMs: this.#nowMs(), ...paused } } }
    })
    this.#tell()
    return view
  }

  async fire(id: string, why: string): Promise<'runs' | 'skipped'> {
    this.fired.push(`${id}: ${why}`)
    const { job } = this.#change(id, (view) => ({ ...view, isRunning: true }))
    const end = (outcome: RunOutcome): void => {
      const last = { atMs: this.#nowMs(), durationMs: 0, outcome }
      this.#change(id, (view) => ({ ...view, isRunning: false, last }))
    }
    void this.#perform(job).then(end)
    return 'runs'
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  #change(id: string, change: (view: JobView) => JobView): JobView {
    const view = this.#views.get(id)
    if (view === undefined) throw new Error(`there is no job ${id}`)
    const changed = change(view)
    this.#views.set(id, changed)
    return changed
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
