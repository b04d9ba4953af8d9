import { AppendFile, replaceFile, setAside } from '../files.ts'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { Ledger } from './ledger.ts'
import { formatRecord, type JournalRecord, parseRecord } from './record.ts'

interface Waiting {
  readonly records: readonly JournalRecord[]
  readonly sync: boolean
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
  readonly #path: string
  readonly #log: Log
  #file: AppendFile
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #compactAtBytes: number = limits.journalCompactBytes
  /** True while the ledger holds what the full disk did not take: memory wins, and is written first. */
  #behind = false

  private constructor(path: string, log: Log, file: AppendFile, ledger: Ledger) {
    this.#path = path
    this.#log = log
    this.#file = file
    this.ledger = ledger
  }

  /** Opens or creates the journal and reads back what is open. Lines that make no sense are kept in a copy beside it. */
  static async open(options: { readonly path: string; readonly clock: Clock; readonly log: Log }): Promise<Journal> {
    const { path, clock, log } = options
    const { file, lines, torn } = await AppendFile.open(path)
    if (torn) log.warn('journal', `A half-written last line was set aside in ${path}.torn (power cut?).`)
    const ledger = new Ledger()
    let badLines = 0
    for (const line of lines) {
      const record = parseRecord(line)
      if (record === undefined) badLines++
      else ledger.apply(record)
    }
    if (badLines === 0) return new Journal(path, log, file, ledger)
    await file.close()
    const aside = await setAside(path, clock.nowMs())
    log.error('journal', `${badLines} lines of ${path} cannot be read; the file was set aside as ${aside}.`)
    await replaceFile(path, content(ledger))
    return new Journal(path, log, (await AppendFile.open(path)).file, ledger)
  }

  /** Resolves when the records are written, and with `sync` when they are on the disk. Rejects with `disk`, all or none. */
  append(records: readonly JournalRecord[], options: { readonly sync: boolean }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, sync: options.sync, resolve, reject })
      this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined))
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
    await this.#file.close()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      const records = batch.flatMap((each) => each.records)
      try {
        if (this.#behind) await this.#rewrite()
        await this.#file.append(records.map(formatRecord), { sync: batch.some((each) => each.sync) })
      } catch (error) {
        for (const each of batch) each.reject(error)
        continue
      }
      for (const record of records) this.ledger.apply(record)
      for (const each of batch) each.resolve()
      if (this.#file.sizeBytes > this.#compactAtBytes) await this.#compact()
    }
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
    await replaceFile(this.#path, content(this.ledger))
    const { file } = await AppendFile.open(this.#path)
    await this.#file.close()
    this.#file = file
    this.#behind = false
    // What stays open may itself be large: grow by as much again before the next rewrite.
    this.#compactAtBytes = file.sizeBytes + limits.journalCompactBytes
  }
}

function content(ledger: Ledger): string {
  return ledger
    .records()
    .map((record) => `${formatRecord(record)}\n`)
    .join('')
}
