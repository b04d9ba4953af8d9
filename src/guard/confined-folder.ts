import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { PincerError, sentenceOf } from '../errors.ts'
import { errorName } from '../files.ts'
import { limits } from '../limits.ts'
import { tooLarge } from './file-sentences.ts'
import { refusal, unfinishedPrefix } from './paths.ts'

/**
 * One opened folder inside the workspace, and the only way to what stands in it.
 *
 * Node has no openat, but Linux resolves `/proc/self/fd/<fd>/<name>` from the opened folder itself, whatever has been
 * renamed or linked since. So the walk goes one name at a time, each opened with O_NOFOLLOW, and no string is ever
 * checked first and opened later. O_PATH pins a thing without opening it: a FIFO does not block, a device does not
 * notice, a link is seen as a link. What was pinned is examined, and only then opened, again through its own
 * descriptor. Last, the kernel is asked where the opened thing stands: folders can be moved while we hold them.
 */

// The same number on x86, arm and riscv; Node does not name it.
const O_PATH = 0o10000000
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants

export type EntryKind = 'folder' | 'file' | 'link' | 'special'

export interface EntryStat {
  readonly kind: EntryKind
  readonly sizeBytes: number
}

interface Pinned {
  readonly handle: fs.promises.FileHandle
  readonly stats: fs.Stats
}

export class ConfinedFolder implements AsyncDisposable {
  readonly #handle: fs.promises.FileHandle
  readonly #root: string
  /** Relative to the workspace, empty for its root: for sentences only. */
  readonly #path: string

  private constructor(handle: fs.promises.FileHandle, root: string, path: string) {
    this.#handle = handle
    this.#root = root
    this.#path = path
  }

  /** `root`: the workspace's real path, without links, as realRoot gave it. */
  static async openRoot(root: string): Promise<ConfinedFolder> {
    return new ConfinedFolder(await fs.promises.open(root, O_PATH | O_NOFOLLOW | O_DIRECTORY), root, '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }

  /** `undefined` when nothing has this name; refused when it is not a folder. */
  async folder(name: string): Promise<ConfinedFolder | undefined> {
    const pinned = await this.#pin(name)
    if (pinned === undefined) return undefined
    if (pinned.stats.isDirectory()) return new ConfinedFolder(pinned.handle, this.#root, this.#pathOf(name))
    await pinned.handle.close()
    if (pinned.stats.isFile()) throw new PincerError('file', `${this.#pathOf(name)} is a file, not a folder.`)
    throw this.#refused(name, pinned.stats)
  }

  /** Makes a folder that is missing; `mode` exactly, whatever the umask. */
  async makeFolder(name: string, mode: number): Promise<ConfinedFolder> {
    await this.#assertInside(this.#handle, name)
    await fs.promises.mkdir(this.#at(name), { mode: 0o700 })
    await this.sync()
    const folder = await this.folder(name)
    if (folder === undefined) throw new PincerError('file', `${this.#pathOf(name)} was removed while it was made.`)
    await fs.promises.chmod(procPath(folder.#handle), mode)
    return folder
  }

  /** The whole file; `undefined` when nothing has this name. Files over `sizeBytesMax` are code `file`. */
  async read(name: string, sizeBytesMax: number): Promise<Buffer | undefined> {
    const pinned = await this.#pinFile(name)
    if (pinned === undefined) return undefined
    await using _ = pinned.handle
    if (pinned.stats.size > sizeBytesMax) throw tooLarge(this.#pathOf(name), pinned.stats.size, sizeBytesMax)
    await using handle = await fs.promises.open(procPath(pinned.handle), O_RDONLY | O_NONBLOCK | O_NOCTTY)
    const content = await readAtMost(handle, sizeBytesMax + 1)
    if (content.length > sizeBytesMax) throw tooLarge(this.#pathOf(name), content.length, sizeBytesMax)
    return content
  }

  /**
   * Puts a file with this content under `name`: old or new, never half, also after a power cut. An existing file keeps
   * its mode; what is there and is no plain file of its own (a link, a hard link, a device) is refused.
   */
  async replace(name: string, content: string | Uint8Array, modeIfNew: number): Promise<void> {
    const mode = (await this.#modeToKeep(name)) ?? modeIfNew
    const temporary = `${unfinishedPrefix}${randomBytes(6).toString('hex')}`
    const handle = await fs.promises.open(this.#at(temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    try {
      try {
        await handle.chmod(mode)
        await handle.writeFile(content)
        await handle.sync()
        await this.#assertInside(handle, name)
      } finally {
        await handle.close()
      }
      // Rename replaces the name itself: a link that was put there a moment ago is replaced, not followed.
      await fs.promises.rename(this.#at(temporary), this.#at(name))
    } catch (error) {
      await fs.promises.unlink(this.#at(temporary)).catch(() => undefined)
      throw error
    }
    await this.sync()
  }

  /** Removes a file's name (a link's own, never what it points to); nothing there is fine. */
  async remove(name: string): Promise<void> {
    await this.#assertInside(this.#handle, name)
    await fs.promises.unlink(this.#at(name)).catch((error: unknown) => {
      if (errorName(error) !== 'ENOENT') throw error
    })
  }

  /** Names in order, as far as `limits.folderNamesMax`; `more` when there are others. */
  async names(): Promise<{ readonly names: readonly string[]; readonly more: boolean }> {
    await this.#assertInside(this.#handle, '')
    const names: string[] = []
    for await (const entry of await fs.promises.opendir(procPath(this.#handle))) {
      if (names.length === limits.folderNamesMax) return { names: names.toSorted(), more: true }
      names.push(entry.name)
    }
    return { names: names.toSorted(), more: false }
  }

  /** What stands under this name, not following it; `undefined` when nothing does. */
  async stat(name: string): Promise<EntryStat | undefined> {
    try {
      const stats = await fs.promises.lstat(this.#at(name))
      return { kind: kindOf(stats), sizeBytes: stats.size }
    } catch (error) {
      if (errorName(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Makes the names in this folder durable. */
  async sync(): Promise<void> {
    await using handle = await fs.promises.open(procPath(this.#handle), O_RDONLY | O_DIRECTORY)
    await handle.sync()
  }

  async #modeToKeep(name: string): Promise<number | undefined> {
    const pinned = await this.#pinFile(name)
    if (pinned === undefined) return undefined
    await using handle = pinned.handle
    const mode = pinned.stats.mode & 0o777
    // A rename does not ask the old file for leave to write; whoever took that right away, or never gave it, meant it.
    if ((mode & 0o222) === 0) throw new PincerError('file', `${this.#pathOf(name)} is read-only and was left as it is.`)
    await using _writable = await fs.promises.open(procPath(handle), O_WRONLY | O_NONBLOCK | O_NOCTTY)
    return mode
  }

  /** A plain file with this one name, pinned, inside the workspace; the caller closes it. */
  async #pinFile(name: string): Promise<Pinned | undefined> {
    for (let tries = 0; tries < limits.filePinTriesMax; tries++) {
      const pinned = await this.#pin(name)
      if (pinned === undefined) return undefined
      if (await this.#holdsOnly(pinned, name)) return pinned
      // Another was put in its place meanwhile, as writing does.
      await pinned.handle.close()
    }
    throw new PincerError('file', `${this.#pathOf(name)} is replaced again and again: try once more.`)
  }

  /**
   * Whether this file still has this name, which is then the only one that it has. A count of one alone does not tell: it
   * falls to that when the name in the workspace is taken from a file that has another outside.
   */
  async #holdsOnly(pinned: Pinned, name: string): Promise<boolean> {
    try {
      if (pinned.stats.isDirectory()) {
        throw new PincerError('file', `${this.#pathOf(name)} is a folder, not a file.`)
      }
      if (!pinned.stats.isFile()) throw this.#refused(name, pinned.stats)
      const now = await fs.promises.lstat(this.#at(name)).catch((error: unknown) => {
        if (errorName(error) === 'ENOENT') return undefined
        throw error
      })
      if (now === undefined || now.ino !== pinned.stats.ino || now.dev !== pinned.stats.dev) return false
      if (now.nlink > 1) {
        throw refusal(this.#pathOf(name), 'it is a hard link: the same file has another name, perhaps outside')
      }
      await this.#assertInside(pinned.handle, name)
      return true
    } catch (error) {
      await pinned.handle.close()
      throw error
    }
  }

  async #pin(name: string): Promise<Pinned | undefined> {
    try {
      const handle = await fs.promises.open(this.#at(name), O_PATH | O_NOFOLLOW)
      try {
        return { handle, stats: await handle.stat() }
      } catch (error) {
        await handle.close()
        throw error
      }
    } catch (error) {
      if (errorName(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async #assertInside(handle: fs.promises.FileHandle, name: string): Promise<void> {
    const real = await fs.promises.readlink(procPath(handle))
    if (real !== this.#root && !real.startsWith(`${this.#root}/`)) {
      throw refusal(this.#pathOf(name), 'it was moved out of the workspace')
    }
  }

  #refused(name: string, stats: fs.Stats): PincerError {
    const reason = stats.isSymbolicLink()
      ? 'it is a symbolic link, and links are not followed'
      : 'it is a device, pipe or socket, not a file'
    return refusal(this.#pathOf(name), reason)
  }

  #at(name: string): string {
    return `${procPath(this.#handle)}/${name}`
  }

  #pathOf(name: string): string {
    if (name === '') return this.#path === '' ? '.' : this.#path
    return this.#path === '' ? name : `${this.#path}/${name}`
  }
}

/** The path without links of the folder that `path` leads to, as the kernel names it; and its mode. */
export async function realRoot(path: string): Promise<{ readonly root: string; readonly mode: number }> {
  await using handle = await fs.promises.open(path, O_PATH | O_DIRECTORY)
  const root = await fs.promises.readlink(procPath(handle)).catch((cause: unknown) => {
    throw new PincerError(
      'home',
      `Cannot confine files to ${path}: /proc/self/fd cannot be read (${sentenceOf(cause)}). Mount /proc.`,
      { cause },
    )
  })
  return { root, mode: (await handle.stat()).mode }
}

function procPath(handle: fs.promises.FileHandle): string {
  return `/proc/self/fd/${handle.fd}`
}

function kindOf(stats: fs.Stats): EntryKind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'link' : 'special'
}

/** Bounded by what is read, not by what stat said: a file may grow meanwhile. */
async function readAtMost(handle: fs.promises.FileHandle, sizeBytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  while (sizeBytes < sizeBytesMax) {
    const chunk = Buffer.allocUnsafe(Math.min(limits.filePieceBytes, sizeBytesMax - sizeBytes))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length)
    if (bytesRead === 0) break
    chunks.push(chunk.subarray(0, bytesRead))
    sizeBytes += bytesRead
  }
  return Buffer.concat(chunks)
}
