import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppendFile } from '../append-file.ts'
import { sentenceOf } from '../errors.ts'
import { diskError, errorName, syncFolder, temporaryFor } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Line } from './transcript.ts'

/**
 * The file of one chat. What has grown to its bound becomes an archive beside it, and the file begins anew with its own
 * tail: all that a start reads stands in one file, whenever the power is cut. Archives of all chats share one bound.
 */
export class SessionLog {
  readonly #file: AppendFile
  readonly #log: Log
  #archiveAtBytes: number = limits.sessionFileBytesMax

  private constructor(file: AppendFile, log: Log) {
    this.#file = file
    this.#log = log
  }

  /** Gives `onLine` what a start reads. `fromStart`: there is no more than that. Fails with `disk`. */
  static async open(
    path: string,
    options: { readonly log: Log; readonly onLine: (line: string) => void },
  ): Promise<{ log: SessionLog; fromStart: boolean }> {
    const { log, onLine } = options
    const { file, torn, fromStart } = await AppendFile.open(path, { onLine, tailBytes: limits.sessionTailBytesMax })
    if (torn) log.warn('session', `A half-written last line was set aside in ${path}.torn (power cut?).`)
    return { log: new SessionLog(file, log), fromStart }
  }

  /** On the disk when this resolves. Fails with `disk`, and then nothing was appended. */
  async append(line: string): Promise<void> {
    await this.#file.append([line], { sync: true })
    await this.#archiveIfLong()
  }

  /** What a start would read. */
  readTail(onLine: (line: string) => void): Promise<void> {
    return this.#file.readTail(limits.sessionTailBytesMax, onLine)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #archiveIfLong(): Promise<void> {
    if (this.#file.sizeBytes > this.#archiveAtBytes) await this.archive()
  }

  /** Keeps all of it as an archive, and goes on with its tail. Never fails: a log that is too long is a log. */
  async archive(): Promise<void> {
    // Whoever appends meanwhile leaves it to this one.
    this.#archiveAtBytes = Infinity
    const { path } = this.#file
    try {
      const archive = await nameArchive(path)
      const first: Line = { k: 'archived', as: basename(archive) }
      await this.#file.shorten([JSON.stringify(first)], limits.sessionTailBytesMax)
      this.#log.info('session', `${path} begins anew, and all of before is ${archive}.`)
      await removeOldestArchives(dirname(path), this.#log)
    } catch (error) {
      this.#log.warn('session', `The log of a chat could not be archived: ${sentenceOf(error)}`)
    } finally {
      // After a failure, or one turn as long as all this, not with each turn again.
      const laterBytes = this.#file.sizeBytes + limits.sessionFileBytesMax / 8
      this.#archiveAtBytes = Math.max(limits.sessionFileBytesMax, laterBytes)
    }
  }
}

export async function removeOldestArchives(folder: string, log: Log): Promise<void> {
  const archives = await archivesIn(folder)
  let bytes = 0
  for (const { path, sizeBytes } of archives.toReversed()) {
    bytes += sizeBytes
    if (bytes <= limits.sessionArchivesBytesMax) continue
    await fs.promises.rm(path, { force: true })
    log.warn('session', `The oldest archived turns were removed to save space: ${path}.`)
  }
}

/** The name that a log becomes an archive by: behind those of all others. */
export async function nextArchiveName(path: string): Promise<string> {
  return nameBehind(await archivesIn(dirname(path)), path)
}

interface Archive {
  readonly path: string
  /** Counted over all chats: a board without a clock has no better order. */
  readonly number: number
  readonly sizeBytes: number
  readonly inode: number
}

/**
 * Gives the log a second name, on the disk when this resolves. The first one stays until the new file takes it: at no
 * instant has the chat no log. A name that was given just before a crash is used again.
 */
async function nameArchive(path: string): Promise<string> {
  const archives = await archivesIn(dirname(path))
  try {
    const { ino } = await fs.promises.stat(path)
    const given = archives.find((archive) => archive.inode === ino)?.path
    const name = given ?? nameBehind(archives, path)
    if (given === undefined) await linkOrCopy(path, name)
    await syncFolder(dirname(path))
    return name
  } catch (error) {
    throw diskError('archive', path, error)
  }
}

function nameBehind(archives: readonly Archive[], path: string): string {
  return `${path}.${(archives.at(-1)?.number ?? 0) + 1}`
}

/** Cards as cameras format them know no second names: there it is a copy, whole before it has its name. */
async function linkOrCopy(path: string, name: string): Promise<void> {
  try {
    await fs.promises.link(path, name)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorName(error) ?? '')) throw error
    const copy = temporaryFor(name)
    await fs.promises.copyFile(path, copy)
    const handle = await fs.promises.open(copy, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.promises.rename(copy, name)
  }
}

/** Oldest first. */
async function archivesIn(folder: string): Promise<readonly Archive[]> {
  const archives: Archive[] = []
  for (const name of await fs.promises.readdir(folder)) {
    const number = /\.jsonl\.(\d+)$/.exec(name)?.[1]
    if (number === undefined) continue
    const path = join(folder, name)
    // Another chat may have removed it just now.
    const stat = await fs.promises.stat(path).catch(() => undefined)
    if (stat) archives.push({ path, number: Number(number), sizeBytes: stat.size, inode: stat.ino })
  }
  return archives.toSorted((one, other) => one.number - other.number)
}
