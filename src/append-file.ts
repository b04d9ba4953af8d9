import fs from 'node:fs'
import { dirname } from 'node:path'
import { diskError, syncFolder, temporaryFor } from './files.ts'

/** A file of whole lines that only grows. One writer; its calls take effect one after another. */
export class AppendFile {
  readonly path: string
  #handle: fs.promises.FileHandle
  #sizeBytes: number
  #last: Promise<void> = Promise.resolve()
  /** True while a part of a failed append may stand at the end. */
  #mustTruncate = false
  /** False while a power cut could still take the file's name back. */
  #nameSynced = true

  private constructor(path: string, handle: fs.promises.FileHandle, sizeBytes: number) {
    this.path = path
    this.#handle = handle
    this.#sizeBytes = sizeBytes
  }

  /**
   * Opens or creates the file. A last line without its newline is what a power cut leaves of a line that was never
   * acknowledged: it is moved to `<path>.torn` and cut off. Answers the whole lines that stand in the file, or only
   * those in its last `tailBytes`, but always the last one.
   */
  static async open(
    path: string,
    tailBytes = Number.MAX_SAFE_INTEGER,
  ): Promise<{ file: AppendFile; lines: string[]; torn: boolean }> {
    const mode = 0o600
    try {
      // O_APPEND: every write goes to the end, even when the file was cut by `truncate` just before.
      const handle = await fs.promises.open(path, 'a+', mode)
      try {
        const { size } = await handle.stat()
        const { content, fromByte } = await readTail(handle, size, tailBytes)
        const wholeBytes = content.lastIndexOf(0x0a) + 1
        const torn = wholeBytes < content.length
        if (torn) {
          const rest = Buffer.concat([content.subarray(wholeBytes), Buffer.from('\n')])
          // On a full disk it goes without a copy: nobody was told that this line was taken.
          await fs.promises.appendFile(`${path}.torn`, rest, { mode }).catch(() => undefined)
          await handle.truncate(fromByte + wholeBytes)
          await handle.sync()
        }
        // Also an empty file of before: what made it may have died before its name was on the disk.
        if (size === 0) await syncFolder(dirname(path))
        // A tail that starts inside a line starts with the next one.
        const firstByte = fromByte === 0 ? 0 : content.indexOf(0x0a) + 1
        const text = content.toString('utf8', firstByte, wholeBytes)
        const lines = text === '' ? [] : text.slice(0, -1).split('\n')
        return { file: new AppendFile(path, handle, fromByte + wholeBytes), lines, torn }
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

  /**
   * Appends whole lines; with `sync` they are on the disk when this resolves.
   * After a failure the file holds exactly what it held before.
   */
  append(lines: readonly string[], options: { readonly sync: boolean }): Promise<void> {
    return this.#inOrder('write', () => this.#append(bytesOf(lines), options.sync))
  }

  /** Replaces all lines, as `replaceFile` does; what is appended later goes behind the new ones. */
  replace(lines: readonly string[]): Promise<void> {
    return this.#inOrder('write', () => this.#replace(bytesOf(lines)))
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

  async #append(content: Buffer, sync: boolean): Promise<void> {
    if (this.#mustTruncate) await this.#truncate()
    try {
      let writtenBytes = 0
      while (writtenBytes < content.length) {
        const { bytesWritten } = await this.#handle.write(content, writtenBytes)
        writtenBytes += bytesWritten
      }
      if (sync) {
        await this.#handle.datasync()
        await this.#syncName()
      }
      this.#sizeBytes += content.length
    } catch (error) {
      this.#mustTruncate = true
      await this.#truncate().catch(() => undefined)
      throw error
    }
  }

  /** Nothing may be put behind half a line: until this succeeds the file takes nothing more. */
  async #truncate(): Promise<void> {
    await this.#handle.truncate(this.#sizeBytes)
    this.#mustTruncate = false
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
      await handle.close()
      await fs.promises.rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    // From here on the old file has no name: whatever fails now, later lines must go into the new one.
    const old = this.#handle
    this.#handle = handle
    this.#sizeBytes = content.length
    this.#mustTruncate = false
    this.#nameSynced = false
    await old.close()
    await this.#syncName()
  }

  async #syncName(): Promise<void> {
    if (this.#nameSynced) return
    await syncFolder(dirname(this.path))
    this.#nameSynced = true
  }
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** The last `tailBytes`, or more when the last whole line is longer than that. */
async function readTail(
  handle: fs.promises.FileHandle,
  sizeBytes: number,
  tailBytes: number,
): Promise<{ readonly content: Buffer; readonly fromByte: number }> {
  for (let wanted = tailBytes; ; wanted *= 2) {
    const fromByte = Math.max(0, sizeBytes - wanted)
    const content = await readFrom(handle, fromByte, sizeBytes)
    if (fromByte === 0 || content.indexOf(0x0a) !== content.lastIndexOf(0x0a)) return { content, fromByte }
  }
}

async function readFrom(handle: fs.promises.FileHandle, fromByte: number, toByte: number): Promise<Buffer> {
  const content = Buffer.alloc(toByte - fromByte)
  let readBytes = 0
  while (readBytes < content.length) {
    const { bytesRead } = await handle.read(content, readBytes, content.length - readBytes, fromByte + readBytes)
    if (bytesRead === 0) break
    readBytes += bytesRead
  }
  return content.subarray(0, readBytes)
}
