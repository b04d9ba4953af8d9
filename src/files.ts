import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PincerError, sentenceOf } from './errors.ts'

/**
 * The only file operations that state rests on. A replaced file is either the old or the new one, whatever happens;
 * an appended line is either whole or cut off when the file is opened again. Failures are PincerError `disk`.
 */

/** Replaces `path` by a file with this content: temporary file beside it, fsync, rename, fsync of the folder. */
export async function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.new`)
  try {
    const handle = await fs.promises.open(temporary, 'w', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.promises.rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => undefined)
    throw diskError('write', path, error)
  }
}

/** Makes names in a folder durable: a rename or a new file is otherwise not yet on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await fs.promises.open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** `undefined` when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await fs.promises.readFile(path, 'utf8')
  } catch (error) {
    if (errorName(error) === 'ENOENT') return undefined
    throw diskError('read', path, error)
  }
}

export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  try {
    await fs.promises.mkdir(path, { recursive: true, mode })
  } catch (error) {
    throw diskError('make', path, error)
  }
}

/** Moves a file that cannot be understood out of the way and answers its new path; nothing is deleted. */
export async function setAside(path: string, nowMs: number): Promise<string> {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  const aside = `${path}.corrupt-${stamp}`
  await fs.promises.rename(path, aside)
  return aside
}

/** A file of whole lines that only grows. One writer. */
export class AppendFile {
  readonly path: string
  #handle: fs.promises.FileHandle
  #sizeBytes: number

  private constructor(path: string, handle: fs.promises.FileHandle, sizeBytes: number) {
    this.path = path
    this.#handle = handle
    this.#sizeBytes = sizeBytes
  }

  /**
   * Opens or creates the file. A last line without its newline is what a power cut leaves of a line that was never
   * acknowledged: it is moved to `<path>.torn` and cut off. Answers the whole lines that stand in the file, or only
   * those in its last `tailBytes`.
   */
  static async open(
    path: string,
    tailBytes = Number.MAX_SAFE_INTEGER,
  ): Promise<{ file: AppendFile; lines: string[]; torn: boolean }> {
    const mode = 0o600
    try {
      const isNew = !fs.existsSync(path)
      // O_APPEND: every write goes to the end, even when the file was cut by `truncate` just before.
      const handle = await fs.promises.open(path, 'a+', mode)
      try {
        const { size } = await handle.stat()
        const fromByte = Math.max(0, size - tailBytes)
        const content = await readFrom(handle, fromByte, size)
        const wholeBytes = content.lastIndexOf(0x0a) + 1
        const torn = wholeBytes < content.length
        if (torn) {
          const rest = Buffer.concat([content.subarray(wholeBytes), Buffer.from('\n')])
          await fs.promises.appendFile(`${path}.torn`, rest, { mode })
          await handle.truncate(fromByte + wholeBytes)
          await handle.sync()
        }
        if (isNew) await syncFolder(dirname(path))
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
   * Appends whole lines; with `sync` they are on the disk when this resolves. Calls must not overlap.
   * After a failure the file holds exactly what it held before.
   */
  async append(lines: readonly string[], options: { readonly sync: boolean }): Promise<void> {
    const content = Buffer.from(lines.map((line) => `${line}\n`).join(''))
    try {
      let writtenBytes = 0
      while (writtenBytes < content.length) {
        const { bytesWritten } = await this.#handle.write(content, writtenBytes)
        writtenBytes += bytesWritten
      }
      if (options.sync) await this.#handle.datasync()
      this.#sizeBytes += content.length
    } catch (error) {
      await this.#handle.truncate(this.#sizeBytes).catch(() => undefined)
      throw diskError('write', this.path, error)
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.datasync()
    } catch (error) {
      throw diskError('write', this.path, error)
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
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

/** The kernel's name of a failed call, for example `ENOENT`. */
export function errorName(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

function diskError(verb: string, path: string, cause: unknown): PincerError {
  const name = errorName(cause)
  const why =
    name === 'ENOSPC' || name === 'EDQUOT'
      ? 'the disk is full: free some space'
      : name === 'EROFS'
        ? 'the file system is read-only: remount it writable, or choose another home with --home'
        : name === 'EACCES' || name === 'EPERM'
          ? 'no permission: check the owner of the folder, or choose another home with --home'
          : sentenceOf(cause)
  return new PincerError('disk', `Cannot ${verb} ${path}: ${why}.`, { cause })
}
