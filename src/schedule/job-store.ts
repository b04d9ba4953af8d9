import { AppendFile } from '../append-file.ts'
import type { Clock } from '../clock.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import { copyAside, replaceFile } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { ElapsedClock } from './elapsed-clock.ts'
import { JobBook } from './job-book.ts'
import { jobFiles } from './job-files.ts'
import { type Loaded, loadJobs } from './job-load.ts'
import { formatLine, type JobRecord, type Written } from './job-records.ts'
import { StoreNews, type TellOwner } from './store-news.ts'

export interface StoreOptions {
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
  readonly tellOwner: TellOwner
}

interface Waiting {
  readonly records: readonly JobRecord[]
  readonly sync: boolean
  /** Counted already; else once they are written. */
  readonly isKept: boolean
  readonly written: Omit<Written, 'number'>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** `state/jobs.jsonl`: what jobs there are, and what ran. One writer, the daemon. */
export class JobStore {
  readonly book: JobBook
  readonly elapsed: ElapsedClock
  /** What was due before this start may have run: the file was damaged. */
  readonly wasDamaged: boolean
  /** Why nothing is read or written here at all. */
  readonly refusal: PincerError | undefined
  readonly #files: { readonly path: string; readonly copy: string }
  readonly #log: Log
  readonly #news: StoreNews
  #file: AppendFile | undefined
  #lastNumber: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #compactAtBytes: number = limits.jobsCompactBytes
  /** What is counted and not written: memory wins, and is written first. */
  #isBehind = false
  /** Jobs came, went or were paused since the copy was made. */
  #isCopyOld = false
  #isClosed = false

  private constructor(options: StoreOptions, loaded: Loaded) {
    const { stateFolder, clock, log, tellOwner } = options
    this.#files = jobFiles(stateFolder)
    this.#log = log
    this.#news = new StoreNews(log, tellOwner)
    const known = loaded.kind === 'jobs' ? loaded : undefined
    this.book = known?.book ?? new JobBook()
    this.#file = known?.file
    this.#lastNumber = known?.lastNumber ?? 0
    this.elapsed = new ElapsedClock(clock, this.book)
    this.wasDamaged = known?.damage !== undefined
    this.refusal = loaded.kind === 'refused' ? loaded.why : undefined
  }

  /**
   * Reads what is there. What is damaged is copied aside and told; the newest good copy is used, and what was due before
   * now counts as dealt with. Never empty without a word; what cannot be read at all is left alone, see `refusal`.
   */
  static async open(options: StoreOptions): Promise<JobStore> {
    const loaded = await loadJobs(options.stateFolder)
    const store = new JobStore(options, loaded)
    if (store.refusal !== undefined) store.#news.unreadable(store.refusal)
    if (loaded.kind === 'jobs') {
      if (loaded.damage !== undefined) await store.#mend(loaded.damage, options.clock)
      if (loaded.file?.fault !== undefined) store.#news.refused(loaded.file.fault)
    }
    return store
  }

  /** Counts when written, with `sync` when on the disk. Rejects with `disk`, all or none. */
  append(records: readonly JobRecord[], options: { readonly sync: boolean }): Promise<void> {
    return this.#enqueue(records, options.sync, false)
  }

  /** Counts at once; resolves when it was tried to write it. What the disk does not take is written when it does. */
  keep(records: readonly JobRecord[], options: { readonly sync: boolean } = { sync: false }): Promise<void> {
    return this.#enqueue(records, options.sync, true)
  }

  /** Whether something waits for a disk that took nothing. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** What comes later, of a run that heeds no signal, is left out: the next start tells it as interrupted. */
  async close(): Promise<void> {
    await this.#writing
    if (this.#isBehind) await this.keep([])
    this.#isClosed = true
    if (this.#isBehind) this.#log.error('schedule', `What the disk did not take of the jobs is lost now.`)
    await this.#file?.close()
  }

  #enqueue(records: readonly JobRecord[], sync: boolean, isKept: boolean): Promise<void> {
    if (this.#isClosed) {
      const stopped = new PincerError('stopped', 'Nothing is written of jobs any more: Pincer is stopping.')
      return isKept ? Promise.resolve() : Promise.reject(stopped)
    }
    const written = this.elapsed.stamp()
    if (isKept) this.#count(records, written)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, sync, isKept, written, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  #count(records: readonly JobRecord[], written: Omit<Written, 'number'>): void {
    for (const record of records) {
      this.book.apply(record, { ...written, number: 0 })
      if (record.k === 'job' || record.k === 'gone' || record.k === 'pause' || record.k === 'resume') {
        this.#isCopyOld = true
      }
    }
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        if (this.refusal !== undefined) throw this.refusal
        await this.#writeBatch(batch)
        this.#news.mended()
      } catch (error) {
        this.#news.refused(error)
        for (const each of batch) {
          if (each.isKept) each.resolve()
          else each.reject(error)
        }
        if (batch.some((each) => each.isKept)) this.#isBehind = true
        continue
      }
      for (const each of batch) if (!each.isKept) this.#count(each.records, each.written)
      for (const each of batch) each.resolve()
      // What is counted and still waits must not be in the copy: it would be read twice.
      if (this.#isCopyOld && this.#waiting.length === 0) await this.#refreshCopy()
    }
    this.#writing = undefined
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    // Nothing is awaited between taking the batch and this: what is kept in it is in the state, all else is not.
    const isDue = this.#file === undefined || this.#isBehind || this.#file.mayLack
    const isWritten = isDue ? await this.#rewrite() : await this.#compactIfLong()
    const base = this.elapsed.base
    const known = this.book.base
    const isKnown = known?.bootId === base.bootId && known.offsetMs === base.offsetMs && known.open === base.open
    const lines: string[] = []
    let number = this.#lastNumber
    const take = (record: JobRecord, written: Omit<Written, 'number'>): void => {
      lines.push(formatLine(record, { ...written, number: ++number }))
    }
    const boot: JobRecord = { k: 'boot', ...base }
    if (!isKnown && !isWritten) take(boot, this.elapsed.stamp())
    for (const each of batch) {
      if (each.isKept && isWritten) continue
      for (const record of each.records) take(record, each.written)
    }
    if (lines.length > 0) await this.#file?.append(lines, { sync: batch.some((each) => each.sync) })
    this.#lastNumber = number
    this.book.apply(boot, { ...this.elapsed.stamp(), number })
  }

  /** The whole state, in the place of all that led to it. */
  async #rewrite(): Promise<true> {
    const lines = this.#stateLines()
    if (this.#file === undefined) {
      await replaceFile(this.#files.path, textOf(lines))
      const { file } = await AppendFile.open(this.#files.path, { onLine: () => undefined })
      this.#file = file
    } else {
      // The copy first, so that one of the two is always whole; a copy alone would be what is left of a lost file.
      await replaceFile(this.#files.copy, textOf(lines))
      this.#isCopyOld = false
      await this.#file.replace(lines)
    }
    this.#isBehind = false
    this.#compactAtBytes = this.#file.sizeBytes + limits.jobsCompactBytes
    return true
  }

  async #compactIfLong(): Promise<boolean> {
    if (this.#file === undefined || this.#file.sizeBytes <= this.#compactAtBytes) return false
    try {
      return await this.#rewrite()
    } catch (error) {
      // The old file is whole and goes on growing.
      this.#compactAtBytes += limits.jobsCompactBytes
      this.#log.warn('schedule', `The jobs could not be shortened: ${sentenceOf(error)}`)
      return false
    }
  }

  #stateLines(): readonly string[] {
    const written = { ...this.elapsed.stamp(), number: this.#lastNumber }
    return this.book.records(this.elapsed.base).map((record) => formatLine(record, written))
  }

  async #refreshCopy(): Promise<void> {
    this.#isCopyOld = false
    try {
      await replaceFile(this.#files.copy, textOf(this.#stateLines()))
    } catch (error) {
      this.#log.warn('schedule', `The copy of the jobs is not the newest: ${sentenceOf(error)}`)
    }
  }

  async #mend(damage: string, clock: Clock): Promise<void> {
    const { path } = this.#files
    this.book.forgetDue(this.elapsed.stamp())
    this.#isBehind = true
    let where = ''
    try {
      if (this.#file !== undefined) where = ` A copy of it is ${await copyAside(path, clock.nowMs())}.`
    } catch (error) {
      where = ` ${sentenceOf(error)}`
    }
    this.#news.damaged(`${path} ${damage}`, this.book.size, where)
    await this.keep([])
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
