import { type PincerError, sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'

/** Told in one sentence what only the owner of this board can mend; `kind` names it, however it is worded. */
export type TellOwner = (kind: 'jobs' | 'jobs-rights' | 'jobs-disk' | 'jobs-disk-mended', sentence: string) => void

/** What the owner hears of the file of jobs: in the log too, and nothing twice. */
export class StoreNews {
  readonly #log: Log
  readonly #tellOwner: TellOwner
  /** Nothing can be read or written here at all, which was said. */
  #isUnreadable = false
  /** Said once, until the disk takes something again. */
  #isRefused = false

  constructor(log: Log, tellOwner: TellOwner) {
    this.#log = log
    this.#tellOwner = tellOwner
  }

  unreadable(why: PincerError): void {
    this.#isUnreadable = true
    this.#say('jobs', `No job runs or can be made: ${why.message}`)
  }

  /** `what`: the path, and what is wrong with it. `where`: a sentence on the copy that was set aside, or nothing. */
  damaged(what: string, jobsLeft: number, where: string): void {
    const jobs = jobsLeft === 1 ? '1 job is' : `${jobsLeft || 'no'} jobs are`
    this.#say(
      'jobs',
      `${what}; ${jobs} left, from what is good of it and of its newest copy. Look at /jobs: one may be missing, or back. What was due meanwhile is not caught up.${where}`,
    )
  }

  refused(error: unknown): void {
    if (this.#isRefused || this.#isUnreadable) return
    this.#isRefused = true
    this.#say('jobs-disk', `No job runs, because what runs cannot be written down: ${sentenceOf(error)}`)
  }

  mended(): void {
    if (!this.#isRefused) return
    this.#isRefused = false
    this.#say('jobs-disk-mended', 'The disk takes what jobs must keep again: they run as before.')
  }

  #say(kind: Parameters<TellOwner>[0], sentence: string): void {
    if (kind === 'jobs-disk-mended') this.#log.info('schedule', sentence)
    else this.#log.error('schedule', sentence)
    this.#tellOwner(kind, sentence)
  }
}
