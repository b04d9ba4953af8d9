import fs from 'node:fs'
import { dirname } from 'node:path'
import type { PincerError } from './errors.ts'
import { diskError, errorName, isUnwritable, syncFolder, temporaryFor } from './files.ts'
import { lineStart, readLines } from './line-reader.ts'
import { limits } from './limits.ts'

export interface AppendOptions {
  readonly sync: boolean
  /** Must not throw. */
  readonly whileSyncing?: () => void
}

/** A file of whole lines that only grows. One writer; its calls take effect one after another. */
export class AppendFile {
  readonly path: string
  /** Why it could only be read when it was opened: each append tries to open it anew. */
  readonly fault: PincerError | undefined
  #handle: fs.promises.FileHandle
  #sizeBytes: number
  #syncedBytes: number
  #last: Promise<void> = Promise.resolve()
  /** What the last failure left to do before the file takes anything more. */
  #mending: 'nothing' | 'truncate' | 'reopen' = 'nothing'
  #mayLack = false
  /** False while a power cut could still take the file's name back. */
  #nameSynced = true

  private constructor(
    path: string,
    { handle, fault }: { readonly handle: fs.promises.FileHandle; readonly fault: PincerError | undefined },
    sizeBytes: number,
  ) {
    this.path = path
    this.fault = fault
    if (fault !== undefined) {
      this.#mending = 'reopen'
      this.#nameSynced = false
    }
    this.#handle = handle
    this.#sizeBytes = sizeBytes
    this.#syncedBytes = sizeBytes
  }

  /**
   * Opens or creates the file. A last line without its newline is what a power cut leaves of a line that was never
   * acknowledged: its beginning is copied to `<path>.torn`, and it is cut off. `onLine` is given the whole lines that
   * stand in the file, in order, or only those that reach into its last `tailBytes`; however long the file is, it is
   * read in small pieces. `fromStart`: these were all lines. Where nothing may be written the file is read all the same,
   * and has a `fault`.
   */
  static async open(
    path: string,
    options: { readonly onLine: (line: string) => void; readonly tailBytes?: number },
  ): Promise<{ file: AppendFile; torn: boolean; fromStart: boolean }> {
    try {
      const { handle, fault } = await openWhereItMay(path)
      try {
        const { size } = await handle.stat()
        const wholeBytes = await lineStart(handle, size)
        const torn = wholeBytes < size
        if (torn && fault === undefined) {
          const rest = Buffer.alloc(Math.min(size - wholeBytes, limits.tornLineBytesMax))
          const { bytesRead } = await handle.read(rest, 0, rest.length, wholeBytes)
          // On a full disk it goes without a copy: nobody was told that this line was taken.
          await keepTorn(`${path}.torn`, rest.subarray(0, bytesRead)).catch(() => undefined)
          await handle.truncate(wholeBytes)
          await handle.sync()
        }
        // Also an empty file of before: what made it may have died before its name was on the disk.
        if (size === 0 && fault === undefined) await syncFolder(dirname(path))
        const tailBytes = options.tailBytes ?? wholeBytes
        const fromByte = tailBytes >= wholeBytes ? 0 : await lineStart(handle, wholeBytes - tailBytes)
        await readLines(handle, { fromByte, toByte: wholeBytes, onLine: options.onLine })
        const isCut = torn && fault === undefined
        return {
          file: new AppendFile(path, { handle, fault }, wholeBytes),
          torn: isCut,
          fromStart: fromByte === 0,
        }
      } catch (error) {
        await handle.close()
        throw error
      }
    } catch (error) {
      throw diskError('open', path, error)
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** True after a failed fsync: lines appended without `sync` since the last one may be gone. `replace` ends it. */
  get mayLack(): boolean {
    return this.#mayLack
  }

  /**
   * Appends whole lines; with `sync` they are on the disk when this resolves, and `whileSyncing` is called when nothing
   * is left but to wait for that. After a failure the file holds exactly what it held before.
   */
  append(lines: readonly string[], options: AppendOptions): Promise<void> {
    return this.#inOrder('write', () => this.#append(bytesOf(lines), options))
  }

  /** Replaces all lines, as `replaceFile` does; what is appended later goes behind the new ones. */
  replace(lines: readonly string[]): Promise<void> {
    return this.#inOrder('write', () => this.#replace(bytesOf(lines)))
  }

  /** Replaces all lines by `head` and, behind it, those that reach into the last `tailBytes`. */
  shorten(head: readonly string[], tailBytes: number): Promise<void> {
    return this.#inOrder('shorten', async () => {
      const kept = [...head]
      await this.#readTail(tailBytes, (line) => void kept.push(line))
      await this.#replace(bytesOf(kept))
    })
  }

  /** Gives `onLine` the whole lines that reach into the last `tailBytes`, in order. */
  readTail(tailBytes: number, onLine: (line: string) => void): Promise<void> {
    return this.#inOrder('read', () => this.#readTail(tailBytes, onLine))
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#handle.close()
  }

  #inOrder(verb: string, work: () => Promise<void>): Promise<void> {
    const run = async (): Promise<void> => {
      try {
        await work()
      } catch (error) {
        throw diskError(verb, this.path, error)
      }
    }
    this.#last = this.#last.then(run, run)
    return this.#last
  }

  async #readTail(tailBytes: number, onLine: (line: string) => void): Promise<void> {
    // What is read ends where the whole lines end, mended or not.
    await this.#mend().catch(() => undefined)
    const toByte = this.#sizeBytes
    const fromByte = tailBytes >= toByte ? 0 : await lineStart(this.#handle, toByte - tailBytes)
    await readLines(this.#handle, { fromByte, toByte, onLine })
  }

  async #append(content: Buffer, { sync, whileSyncing }: AppendOptions): Promise<void> {
    await this.#mend()
    try {
      let writtenBytes = 0
      while (writtenBytes < content.length) {
        const { bytesWritten } = await this.#handle.write(content, writtenBytes)
        writtenBytes += bytesWritten
      }
      if (sync) {
        await this.#sync(whileSyncing)
        await this.#syncName()
      }
      this.#sizeBytes += content.length
      if (sync) this.#syncedBytes = this.#sizeBytes
    } catch (error) {
      if (this.#mending === 'nothing') this.#mending = 'truncate'
      await this.#mend().catch(() => undefined)
      throw error
    }
  }

  /**
   * The kernel tells of data that it could not write once, then calls it clean: a second fsync would succeed and mean
   * nothing. So nothing is believed of this handle any more, and what was to be synced is written anew.
   */
  async #sync(meanwhile?: () => void): Promise<void> {
    try {
      const synced = this.#handle.datasync()
      meanwhile?.()
      await synced
    } catch (error) {
      this.#mending = 'reopen'
      if (this.#syncedBytes < this.#sizeBytes) this.#mayLack = true
      throw error
    }
  }

  /** Nothing may be put behind half a line: until this succeeds the file takes nothing more. */
  async #mend(): Promise<void> {
    if (this.#mending === 'reopen') {
      const { O_RDWR, O_APPEND, O_CREAT } = fs.constants
      // A file that held something and is gone must not come back empty.
      const flags = O_RDWR | O_APPEND | (this.#sizeBytes === 0 ? O_CREAT : 0)
      const handle = await fs.promises.open(this.path, flags, 0o600)
      await this.#handle.close().catch(() => undefined)
      this.#handle = handle
      this.#mending = 'truncate'
    }
    if (this.#mending === 'truncate') await this.#handle.truncate(this.#sizeBytes)
    this.#mending = 'nothing'
  }

  async #replace(content: Buffer): Promise<void> {
    const temporary = temporaryFor(this.path)
    const { O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants
    const handle = await fs.promises.open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
      await fs.promises.rename(temporary, this.path)
    } catch (error) {
      await handle.close().catch(() => undefined)
      await fs.promises.rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    // From here on the old file has no name: whatever fails now, later lines must go into the new one.
    const old = this.#handle
    this.#handle = handle
    this.#sizeBytes = content.length
    this.#syncedBytes = content.length
    this.#mending = 'nothing'
    this.#mayLack = false
    this.#nameSynced = false
    await old.close().catch(() => undefined)
    await this.#syncName()
  }

  async #syncName(): Promise<void> {
    if (this.#nameSynced) return
    await syncFolder(dirname(this.path))
    this.#nameSynced = true
  }
}

/** For reading alone where the disk takes nothing; a file that is not there and cannot be made then reads as empty. */
async function openWhereItMay(
  path: string,
): Promise<{ readonly handle: fs.promises.FileHandle; readonly fault: PincerError | undefined }> {
  try {
    // O_APPEND: every write goes to the end, even when the file was cut by `truncate` just before.
    return { handle: await fs.promises.open(path, 'a+', 0o600), fault: undefined }
  } catch (error) {
    if (!isUnwritable(error)) throw error
    const handle = await fs.promises.open(path, 'r').catch((cause: unknown) => {
      if (errorName(cause) === 'ENOENT') return fs.promises.open('/dev/null', 'r')
      throw cause
    })
    return { handle, fault: diskError('write', path, error) }
  }
}

/** Behind those of earlier power cuts, or in their place where they have become too many. */
async function keepTorn(path: string, line: Buffer): Promise<void> {
  const earlierBytes = fs.existsSync(path) ? (await fs.promises.stat(path)).size : 0
  const flag = earlierBytes + line.length < limits.tornFileBytesMax ? 'a' : 'w'
  await fs.promises.writeFile(path, Buffer.concat([line, Buffer.from('\n')]), { mode: 0o600, flag })
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}
