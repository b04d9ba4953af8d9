import { existsSync } from 'node:fs'
import { AppendFile } from '../append-file.ts'
import { isPincerError, PincerError } from '../errors.ts'
import { readIfThere } from '../files.ts'
import { JobBook } from './job-book.ts'
import { jobFiles } from './job-files.ts'
import { type JobRecord, readLine, type Written } from './job-records.ts'

export type Loaded =
  /** There never was anything. */
  | { readonly kind: 'none' }
  /** It cannot be read, or a newer version wrote it: nothing of it may be changed. */
  | { readonly kind: 'refused'; readonly why: PincerError }
  | {
      readonly kind: 'jobs'
      /** Absent where the file is gone and only its copy is there. */
      readonly file: AppendFile | undefined
      readonly book: JobBook
      /** Of the last good line. */
      readonly lastNumber: number
      /** What is wrong with the file, as the rest of a sentence. */
      readonly damage: string | undefined
    }

/** Reads the jobs of a home, from their newest good copy where the file is damaged. */
export async function loadJobs(stateFolder: string): Promise<Loaded> {
  try {
    return await load(jobFiles(stateFolder))
  } catch (error) {
    if (isPincerError(error)) return { kind: 'refused', why: error }
    throw error
  }
}

async function load({ path, copy }: ReturnType<typeof jobFiles>): Promise<Loaded> {
  if (!existsSync(path)) {
    if (!existsSync(copy)) return { kind: 'none' }
    const found = await readCopy(copy)
    if (found.isNewer) throw newer(copy)
    return { kind: 'jobs', file: undefined, ...folded(found), damage: 'is gone' }
  }
  const found = new Lines()
  const { file } = await AppendFile.open(path, { onLine: (line) => found.take(line) })
  if (found.isNewer) {
    await file.close()
    throw newer(path)
  }
  const damage = found.damage()
  if (damage === undefined) return { kind: 'jobs', file, ...folded(found), damage }
  const before = await readCopy(copy)
  // A state of its own that is newer than the copy needs no help of it.
  const ownState = found.isStateWhole() ? found.firstNumber : 0
  const helps = before.damage() === undefined ? before.lastNumber >= ownState : ownState === 0
  const { book } = folded(helps ? before : new Lines())
  const { lastNumber } = folded(found, book, helps ? before.lastNumber : undefined)
  return { kind: 'jobs', file, book, lastNumber: Math.max(lastNumber, before.lastNumber), damage }
}

function newer(path: string): PincerError {
  return new PincerError(
    'disk',
    `${path} was written by a newer version of Pincer: install that again, or move the file away.`,
  )
}

interface Line {
  readonly record: JobRecord
  readonly written: Written
}

/** What could be read of a file, and what of it is missing. */
class Lines {
  readonly good: Line[] = []
  isNewer = false
  #bad = 0

  take(text: string): void {
    const line = readLine(text)
    if (line.kind === 'record') this.good.push(line)
    else if (line.kind === 'newer') this.isNewer = true
    else this.#bad++
  }

  get firstNumber(): number {
    return this.good[0]?.written.number ?? 0
  }

  get lastNumber(): number {
    return this.good.at(-1)?.written.number ?? 0
  }

  /** The state at the head of the file, whatever became of what happened since. */
  isStateWhole(): boolean {
    const [head] = this.good
    if (head?.record.k !== 'head') return false
    const state = this.good.filter(({ written }) => written.number === head.written.number)
    // Besides the jobs itself, and the line on this boot.
    return state.length === head.record.jobs + 2
  }

  damage(): string | undefined {
    if (this.#bad > 0) return `is damaged: ${this.#bad} of its ${this.good.length + this.#bad} lines cannot be read`
    if (this.good.length === 0) return 'is empty'
    if (!this.isStateWhole() || this.#hasGap()) return 'is damaged: lines of it are missing'
    return undefined
  }

  #hasGap(): boolean {
    let last = this.firstNumber
    for (const { written } of this.good) {
      if (written.number > last + 1) return true
      last = written.number
    }
    return false
  }
}

async function readCopy(path: string): Promise<Lines> {
  const lines = new Lines()
  // A copy that cannot be read helps as little as none.
  const text = await readIfThere(path).catch(() => undefined)
  for (const line of (text ?? '').split('\n').slice(0, -1)) lines.take(line)
  return lines
}

/** Applies all, or what was written behind that number. */
function folded(
  lines: Lines,
  book = new JobBook(),
  behindNumber = -1,
): { readonly book: JobBook; readonly lastNumber: number } {
  for (const { record, written } of lines.good) if (written.number > behindNumber) book.apply(record, written)
  return { book, lastNumber: lines.lastNumber }
}
