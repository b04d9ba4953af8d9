import fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { PincerError, sentenceOf } from './errors.ts'
import { limits } from './limits.ts'

/**
 * The file operations that state rests on, with append-file.ts. A replaced file is either the old or the new one,
 * whatever happens. Failures are PincerError `disk`.
 */

/** Replaces `path` by a private file with this content: temporary file beside it, fsync, rename, fsync of the folder. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = temporaryFor(path)
  try {
    const handle = await fs.promises.open(temporary, 'w', 0o600)
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

/** Where the next content of `path` is written before it takes its place. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`)
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

/** A private one, with those above it that are missing; the names of new ones are on the disk when this resolves. */
export async function makeFolder(path: string): Promise<void> {
  try {
    const whole = resolve(path)
    const firstMade = await fs.promises.mkdir(whole, { recursive: true, mode: 0o700 })
    if (firstMade === undefined) return
    for (let made = whole; made.startsWith(firstMade); made = dirname(made)) await syncFolder(dirname(made))
  } catch (error) {
    throw diskError('make', path, error)
  }
}

/** Moves a file that cannot be understood out of the way and answers its new path. Of many such, the oldest go. */
export async function setAside(path: string, nowMs: number): Promise<string> {
  try {
    const aside = freeName(path, nowMs)
    await fs.promises.rename(path, aside)
    await removeOldAsides(path, aside)
    return aside
  } catch (error) {
    throw diskError('set aside', path, error)
  }
}

/** Copies a file that cannot wholly be understood, as `setAside` does; the file itself stays in its place. */
export async function copyAside(path: string, nowMs: number): Promise<string> {
  try {
    const aside = freeName(path, nowMs)
    await fs.promises.copyFile(path, aside, fs.constants.COPYFILE_EXCL)
    await removeOldAsides(path, aside)
    return aside
  } catch (error) {
    throw diskError('copy', path, error)
  }
}

const asideMark = '.corrupt-'

/** A file that is damaged at each start must not fill the disk. The newest, by their names, stay. */
async function removeOldAsides(path: string, justMade: string): Promise<void> {
  const folder = dirname(path)
  try {
    const names = await fs.promises.readdir(folder)
    const older = names.filter((name) => name.startsWith(basename(path) + asideMark) && name !== basename(justMade))
    const kept = limits.asideCopiesMax - 1
    for (const name of older.toSorted().slice(0, -kept)) await fs.promises.rm(join(folder, name), { force: true })
  } catch {
    // One too many does no harm: the next one tries again.
  }
}

/** A board without a clock of its own lives through the same second many times: an older copy is never replaced. */
function freeName(path: string, nowMs: number): string {
  const aside = `${path}${asideMark}${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`
  let name = aside
  for (let count = 2; fs.existsSync(name); count++) name = `${aside}-${count}`
  return name
}

/** The kernel's name of a failed call, for example `ENOENT`. */
export function errorName(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Whether a disk that is full, read-only or not ours refused a write: what is there may still be read. */
export function isUnwritable(error: unknown): boolean {
  return ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(errorName(error) ?? '')
}

/** One sentence for people on what failed with which file, and what to do about it. */
export function diskError(verb: string, path: string, cause: unknown): PincerError {
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
