import { AppendFile, type AppendOptions } from '../append-file.ts'
import { copyAside } from '../files.ts'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { Ledger } from './ledger.ts'
import { formatRecord, type JournalRecord, parseRecord } from './record.ts'

/** Told in one sentence what only the owner of this board can mend; `kind` names it, however it is worded. */
export type TellOwner = (kind: 'disk' | 'disk-mended' | 'journal', sentence: string) => void

interface JournalOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly tell: TellOwner
}

interface Waiting extends AppendOptions {
  readonly records: readonly JournalRecord[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The file that makes the bus durable: records are appended, and counted in the ledger only once they are written.
 * Appends that wait at the same time share one write and one fsync. When the file has grown, it is replaced by the
 * open records alone.
 */
export class Journal {
  readonly ledger: Ledger
  readonly #clock: Clock
  readonly #log: Log
  readonly #tell: TellOwner
  readonly #file: AppendFile
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #compactAtBytes: number = limits.journalCompactBytes
  /** True while the ledger holds what the full disk did not take: memory wins, and is written first. */
  #behind = false
  /** Said once, until the disk takes something again. */
  #isRefused = false

  private constructor({ clock, log, tell }: JournalOptions, file: AppendFile, ledger: Ledger) {
    this.#clock = clock
    this.#log = log
    this.#tell = tell
    this.#file = file
    this.ledger = ledger
  }

  /**
   * Opens or creates the journal and reads back what is open. Lines that make no sense are kept in a copy beside it. On
   * a disk that takes nothing it is read all the same, and takes something again as soon as the disk does.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { path, log } = options
    const ledger = new Ledger()
    let badLines = 0
    const onLine = (line: string): void => {
      const record = parseRecord(line)
      if (record === undefined) badLines++
      else ledger.apply(record)
    }
    const { file, torn } = await AppendFile.open(path, { onLine })
    if (torn) log.warn('journal', `A half-written last line was set aside in ${path}.torn (power cut?).`)
    const journal = new Journal(options, file, ledger)
    if (badLines > 0) await journal.#leaveOutBadLines(badLines)
    if (file.fault !== undefined) journal.#tellRefused(file.fault)
    return journal
  }

  /**
   * Resolves when the records are written, and with `sync` when they are on the disk; `whileSyncing` is called when
   * nothing is left but to wait for that. Rejects with `disk`, all or none.
   */
  append(records: readonly JournalRecord[], options: AppendOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...options, records, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  /**
   * Counts records although the disk refused them, for what must not wait for a disk: replies, and commands that make
   * outputs safe. The whole ledger is written as soon as the disk takes it again.
   */
  keepInMemory(records: readonly JournalRecord[]): void {
    for (const record of records) this.ledger.apply(record)
    this.#behind = true
  }

  async close(): Promise<void> {
    await this.#writing
    try {
      if (this.#behind || this.#file.mayLack) await this.#rewrite()
    } catch (error) {
      this.#log.error('journal', `What the disk did not take is lost now: ${sentenceOf(error)}`)
    }
    await this.#file.close()
  }

  /** The copy comes first and the file is replaced at once: at no instant is there no journal. */
  async #leaveOutBadLines(count: number): Promise<void> {
    const { path } = this.#file
    let where: string
    try {
      where = `a copy with all lines is ${await copyAside(path, this.#clock.nowMs())}`
      await this.#rewrite()
    } catch (error) {
      where = `they stay where they are (${sentenceOf(error).replace(/\.$/, '')})`
    }
    const lines = count === 1 ? '1 line' : `${count} lines`
    const sentence = `${lines} of ${path} cannot be read (damage, or a newer version wrote them), so messages or replies from before this start may be missing: send again what was not answered; ${where}.`
    this.#log.error('journal', sentence)
    this.#tell('journal', sentence)
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      const records = batch.flatMap((each) => each.records)
      try {
        if (this.#behind || this.#file.mayLack) await this.#rewrite()
        await this.#file.append(records.map(formatRecord), {
          sync: batch.some((each) => each.sync),
          whileSyncing() {
            for (const each of batch) each.whileSyncing?.()
          },
        })
        this.#tellMended()
      } catch (error) {
        this.#tellRefused(error)
        for (const each of batch) each.reject(error)
        continue
      }
      for (const record of records) this.ledger.apply(record)
      for (const each of batch) each.resolve()
      if (this.#file.sizeBytes > this.#compactAtBytes) await this.#compact()
    }
    // In the same step as the check above: whoever was just answered may append at once, and starts a new round.
    this.#writing = undefined
  }

  #tellRefused(error: unknown): void {
    if (this.#isRefused) return
    this.#isRefused = true
    const sentence = `I can keep nothing: ${sentenceOf(error)} Until then I take only what reads or makes outputs safe.`
    this.#log.error('journal', sentence)
    this.#tell('disk', sentence)
  }

  #tellMended(): void {
    if (!this.#isRefused) return
    this.#isRefused = false
    const sentence = 'The disk takes what I must keep again: I take every message as before.'
    this.#log.info('journal', sentence)
    this.#tell('disk-mended', sentence)
  }

  async #compact(): Promise<void> {
    try {
      await this.#rewrite()
    } catch (error) {
      // The old file is whole and goes on growing; the next try comes after as much again.
      this.#compactAtBytes += limits.journalCompactBytes
      this.#log.warn('journal', `The journal could not be shortened: ${sentenceOf(error)}`)
    }
  }

  async #rewrite(): Promise<void> {
    this.ledger.forgetOld(this.#clock.nowMs())
    await this.#file.replace(this.ledger.records().map(formatRecord))
    this.#behind = false
    // What stays open may itself be large: grow by as much again before the next rewrite.
    this.#compactAtBytes = this.#file.sizeBytes + limits.journalCompactBytes
  }
}
