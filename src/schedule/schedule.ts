import type { Person } from '../bus/message.ts'
import type { Job, JobTime, RunOutcome } from './job.ts'

/** What is known of a job when it is made; it has no id yet. */
export type JobDraft = Omit<Job, 'id' | 'madeAtMs' | 'paused'>

/** One run, or one that a rule left out. */
export interface JobResult {
  /** Wall clock ms of when it was over. */
  readonly atMs: number
  readonly durationMs: number
  readonly outcome: RunOutcome
}

export interface JobView {
  readonly job: Job
  /** Wall clock ms of the next run; absent while it is paused, for triggers, and where nobody knows it yet. */
  readonly nextRunMs?: number
  /** It is bound to the calendar, and the clock of this board is not set: it waits for that. */
  readonly waitsForClock: boolean
  readonly isRunning: boolean
  readonly last?: JobResult
  readonly failuresInRow: number
}

/** Who asks about jobs: of those made in this chat, and those that this person made elsewhere. */
export interface JobAsker {
  readonly channel: string
  readonly chat: string
  readonly person: Pick<Person, 'id' | 'name'>
}

/**
 * The jobs of this home. Where an asker may be given, none means the program itself or whoever works on its host: every
 * job. A job that is not there, or not the asker's, is a PincerError `bad_call`; one job too many, too short an interval:
 * `limit`.
 */
export interface Schedule {
  /** Reads the jobs, tells what was interrupted, and starts to run what is due. Never fails because of its files. */
  start(): Promise<void>
  /** Ends what runs; the next start tells what was in the middle of something. */
  stop(): Promise<void>
  list(of?: JobAsker): readonly JobView[]
  /** On the disk when this resolves; rejects with `disk` and makes nothing otherwise. */
  add(draft: JobDraft): Promise<JobView>
  /** Slots that pass while a job is paused are not caught up. */
  setPaused(id: string, paused: false | { readonly why: string }, of?: JobAsker): Promise<JobView>
  /** Also ends its run where it is running. */
  remove(id: string, of?: JobAsker): Promise<Job>
  /** For triggers: runs this job now, once, by the rules of overlap and bounds. Never rejects. `why` is for the log. */
  fire(id: string, why: string): Promise<'runs' | 'skipped'>
  /** Fires each job that waits for `pincer trigger NAME` and is not paused. Answers how many. */
  trigger(name: string): Promise<number>
  /** Wall clock ms of the next `count` runs of a job made at `fromMs`; fewer where there are no more, none for triggers. */
  nextRuns(time: JobTime, count: number, fromMs: number): Promise<readonly number[]>
  /** Whether what hangs on the calendar may fire: the clock of this board is believed. */
  isCalendarTrusted(): boolean
  /** Called when a job was added, removed, paused or resumed. */
  onChange(listener: () => void): void
}
