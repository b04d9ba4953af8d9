import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { listAssets, readAsset } from './assets.ts'
import { PincerError, sentenceOf } from './errors.ts'
import { errorName, syncFolder } from './files.ts'

/** The folders of a home, without links. `state` is ours and never readable by tools; `workspace` is the model's. */
export interface HomeFolders {
  readonly path: string
  readonly state: string
  readonly workspace: string
}

export interface Home extends HomeFolders {
  /** True when this start made the workspace. */
  readonly fresh: boolean
}

/**
 * Where the home is: `--home`, else PINCER_HOME, else `.pincer` in the user's home folder, which `userHome` answers (or
 * throws for a user who has none). PincerError `home` when nothing says it.
 */
export function homePath(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  userHome: () => string,
): string {
  const fromEnvironment = environment['PINCER_HOME'] ?? ''
  if (given !== undefined || fromEnvironment.trim() !== '') return resolve(given ?? fromEnvironment)
  const folder = answerOf(userHome)
  // An empty HOME would make a home in whatever folder this was started in.
  if (folder !== undefined && isAbsolute(folder)) return join(folder, '.pincer')
  throw new PincerError('home', `Nothing says where the home is: HOME is not set to a folder. ${elsewhere}`)
}

/** Looks at a home that exists and changes nothing. PincerError `home` when `userId` may not or should not use it. */
export async function checkHome(path: string, userId: number): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    if (errorName(cause) !== 'ENOENT') throw unusable(path, cause)
    return lstatSync(path, { throwIfNoEntry: false })
  })
  // It will be made.
  if (found === undefined) return
  if (found.isSymbolicLink()) {
    throw new PincerError('home', `The home ${path} is a link that leads nowhere. ${elsewhere}`)
  }
  if (!found.isDirectory()) throw new PincerError('home', `The home ${path} is not a folder. ${elsewhere}`)
  if (found.uid !== userId) {
    // Two users do not see each other's lock, and each would write files that the other cannot read.
    throw new PincerError(
      'home',
      `The home folder ${path} belongs to user ${found.uid}, and this is user ${userId}: start Pincer as that user (sudo -u '#${found.uid}'), or choose another with --home DIR or PINCER_HOME.`,
    )
  }
  if ((found.mode & 0o002) !== 0) {
    throw new PincerError(
      'home',
      `Everybody on this host may write in the home folder ${path}, and so change its configuration: run chmod o-w ${path}, or choose another with --home DIR or PINCER_HOME.`,
    )
  }
}

/** Makes the home and its state folder where they are missing. PincerError `home` when the folder cannot be used. */
export async function openHome(path: string): Promise<HomeFolders> {
  try {
    await makeFolders(path)
    const real = await realpath(path)
    const home = { path: real, state: join(real, 'state'), workspace: join(real, 'workspace') }
    await makeFolders(home.state)
    // A state folder that others may read would show what people wrote. On a read-only disk even this fails.
    const { mode } = await stat(home.state)
    if ((mode & 0o777) !== 0o700) await chmod(home.state, 0o700)
    return home
  } catch (error) {
    throw unusable(path, error)
  }
}

/**
 * Gives a home its workspace; one that exists is left as it is, also when a file of the built-in one is not in it any
 * more. Only for the process that holds the lock of the home: two would be in each other's way.
 */
export async function furnishHome(home: HomeFolders): Promise<Home> {
  try {
    const fresh = !existsSync(home.workspace)
    if (fresh) await seedWorkspace(home.workspace)
    return { ...home, fresh }
  } catch (error) {
    throw unusable(home.path, error)
  }
}

/** What every new workspace begins with, by the paths in it. */
export function builtInFiles(): readonly (readonly [path: string, text: string])[] {
  const folder = 'workspace/'
  return listAssets(folder).map((asset) => [asset.slice(folder.length), readAsset(asset)])
}

/** Name by name: Node's own recursive mkdir tries for ever where nothing can be made, as under /proc. */
async function makeFolders(path: string): Promise<void> {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) await makeFolders(parent)
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    // Another process that starts on this home has just made it.
    if (errorName(error) !== 'EEXIST' || !existsSync(path)) throw error
  })
}

/**
 * Copies the built-in workspace beside its place and renames it, so that a power cut leaves none or a whole one. Nothing
 * else runs yet that would have to wait for the disk, and a thread for each of thirty calls is slower than the calls.
 */
async function seedWorkspace(path: string): Promise<void> {
  const draft = `${path}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  for (const [path, text] of builtInFiles()) {
    const target = join(draft, path)
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    writeFileSync(target, text, { mode: 0o600 })
  }
  renameSync(draft, path)
  await syncFolder(dirname(path))
}

const elsewhere = 'Choose a folder with --home DIR or PINCER_HOME.'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission for it',
  EPERM: 'this user has no permission for it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full, so free some space',
  EDQUOT: 'the disk is full, so free some space',
  EEXIST: 'a file or a broken link has one of its names',
  ENOTDIR: 'a file or a broken link has one of its names',
  ENOENT: 'no folder can be made there',
  ELOOP: 'a link in it leads to itself',
  ENAMETOOLONG: 'the name is too long',
}

function unusable(path: string, cause: unknown): PincerError {
  const why = reasons[errorName(cause) ?? ''] ?? sentenceOf(cause)
  return new PincerError('home', `The home folder ${path} cannot be used: ${why}. ${elsewhere}`, { cause })
}

function answerOf(userHome: () => string): string | undefined {
  try {
    return userHome()
  } catch {
    // A user id without an entry in passwd, as in containers.
    return undefined
  }
}
