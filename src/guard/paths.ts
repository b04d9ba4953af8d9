import { PincerError } from '../errors.ts'
import { misleading } from '../hidden-characters.ts'
import { limits } from '../limits.ts'

/** What the workspace is called inside the sandbox, and so in what commands say. */
export const sandboxFolder = '/workspace'

const checked: unique symbol = Symbol('checked')

/** Names from the workspace's root down to a file or folder; only validatePath makes one. */
export interface ConfinedPath {
  /** None of them is empty, `.` or `..`. Empty for the root itself. */
  readonly names: readonly string[]
  /** The names joined, `.` for the root: what sentences and answers show. */
  readonly text: string
  /** The path was written as a folder's, with a slash at its end. */
  readonly endsWithSlash: boolean
  readonly [checked]: true
}

/** Unfinished writes of this program carry this prefix: never listed, never opened by a path of the model. */
export const unfinishedPrefix = '.pincer-new-'

/**
 * Checks a path as the model wrote it, by its text alone: nothing is opened here, and what the text cannot tell (links,
 * devices, races) is held by ConfinedFolder, which opens name by name. `roots` are the absolute spellings of the
 * workspace that an absolute path may begin with; that of commands is always one. Failures are PincerError `path_refused`.
 *
 * Backslashes, percent signs, trailing dots and look-alike letters are ordinary characters of Linux names: they mean
 * nothing here, so they are neither decoded nor refused.
 */
export function validatePath(path: string, roots: readonly string[]): ConfinedPath {
  if (path === '') throw refusal(path, 'it is empty')
  if (path.length > limits.pathCharsMax) {
    throw refusal(path, `it is longer than ${limits.pathCharsMax} characters`)
  }
  if (path.includes('\0')) throw refusal(path, 'it holds a null byte')
  // A line break or a reversed reading order would show a person another path than the one that is opened.
  if (path.search(misleading) !== -1) throw refusal(path, 'it holds control characters')
  if (!path.isWellFormed()) throw refusal(path, 'it is not valid Unicode')
  if (path.startsWith('~')) throw refusal(path, '~ and home folders are outside the workspace')

  const names: string[] = []
  for (const name of relativeTo(path, roots).split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (names.pop() === undefined) throw refusal(path, 'it leaves the workspace')
      continue
    }
    if (Buffer.byteLength(name) > limits.pathNameBytesMax) {
      throw refusal(path, `a name in it is longer than ${limits.pathNameBytesMax} bytes`)
    }
    if (name.startsWith(unfinishedPrefix)) throw refusal(path, 'such names are kept for unfinished writes')
    names.push(name)
  }
  const text = names.length === 0 ? '.' : names.join('/')
  return { names, text, endsWithSlash: /\/\.{0,2}$/.test(path), [checked]: true }
}

/** At the top of the workspace: what steers every later turn. */
export const steeringFiles = ['AGENTS.md', 'SOUL.md', 'USER.md', 'MEMORY.md', 'HEARTBEAT.md'] as const
export const steeringFolder = 'skills'

/**
 * Whether this path is one of the files that steer every later turn, or anything in their folder. Generous on purpose: a card formatted on another system may fold
 * case, Unicode forms, invisible characters and trailing dots, and then a look-alike name is the same file.
 */
export function steersTurns(path: ConfinedPath): boolean {
  const first = fold(path.names[0] ?? '')
  if (first === steeringFolder) return true
  return path.names.length === 1 && steeringFiles.some((name) => fold(name) === first)
}

/** The one form of every refusal: what was asked, why not, and what would be right. */
export function refusal(path: string, reason: string): PincerError {
  return new PincerError(
    'path_refused',
    `${showPath(path)} is refused: ${reason}. Paths are relative to the workspace, for example notes/today.md.`,
  )
}

/** A path or name for people: short, one line, nothing invisible. */
export function showPath(path: string): string {
  if (path === '') return 'The path ""'
  const shown = path
    .slice(0, limits.pathShownCharsMax)
    .toWellFormed()
    .replaceAll(misleading, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  return path.length > limits.pathShownCharsMax ? `${shown}...` : shown
}

function relativeTo(path: string, roots: readonly string[]): string {
  if (!path.startsWith('/')) return path
  for (const root of [...roots, sandboxFolder]) {
    if (path === root) return '.'
    if (path.startsWith(`${root}/`)) return path.slice(root.length + 1)
  }
  throw refusal(path, 'it is outside the workspace')
}

function fold(name: string): string {
  return name
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .replace(/[. ]+$/, '')
}
