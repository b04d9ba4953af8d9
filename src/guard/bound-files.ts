import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { ConfinedPath } from './paths.ts'
import type { Workspace } from './workspace.ts'

/**
 * A hash over every workspace file that the words of a command name, its path and its content: what an approval of that
 * command is bound to (`Tool.binding`), so that nobody allows `python3 x.py` and runs another x.py. `argv` is taken
 * from the root of the workspace, which is bound too; `rootNames` are the names that the command has for that root. A
 * word names a file as it stands, behind `=`, `@` or a short option (`--in=x`, `@x`, `-fx`), and in pieces where it is
 * itself a command (`sh -c 'python3 x.py'`), with the quotes and backslashes of a shell taken off.
 *
 * It cannot see what a command does not spell out: files that a bound script reads or imports, what a folder holds that
 * is named, names that a shell makes (`*.py`, `$F`, `cd sub && sh x.sh`), programs and files outside the workspace, and
 * a change in the moment between the last look and the start. It is for people who judge a line; the sandbox confines.
 *
 * Rejects with PincerError: `path_refused` for a link, a hard link or a device among them, whose content may be
 * anything; `file` for one that is too large; `needs_human` for too many.
 */
export async function hashNamedFiles(
  workspace: Workspace,
  argv: readonly string[],
  rootNames: readonly string[] = [],
): Promise<string> {
  const paths = new Map<string, ConfinedPath>()
  const words = argv.flatMap((word) => wordsIn(word, limits.commandQuotesMax))
  for (const word of new Set(words.flatMap(spellings))) {
    const path = pathIn(workspace, belowRoot(word, rootNames))
    if (path !== undefined && path.names.length > 0) paths.set(path.text, path)
  }
  const hash = createHash('sha256').update(`${workspace.root}\0`)
  let filesCount = 0
  for (const text of [...paths.keys()].toSorted()) {
    if (!(await isFile(workspace, text))) continue
    if (++filesCount > limits.boundFilesMax) {
      throw new PincerError(
        'needs_human',
        `The command names more than ${limits.boundFilesMax} files of the workspace, too many to allow at once: do it in smaller steps.`,
      )
    }
    const content = await workspace.read(text, limits.boundFileBytesMax)
    if (content === undefined) continue
    const digest = createHash('sha256').update(content).digest('hex')
    hash.update(`${text}\0${digest}\0`)
  }
  return hash.digest('hex')
}

/** This text, the words that a shell reads in it, and those that another shell reads in these. */
function wordsIn(text: string, levels: number): readonly string[] {
  const words = shellWords(text).filter((word) => word !== text)
  return [text, ...(levels === 0 ? words : words.flatMap((word) => wordsIn(word, levels - 1)))]
}

/** Quotes and backslashes join what stands between them: `x".py"` and `x\.py` are x.py, `"a b"` is one word. */
function shellWords(text: string): readonly string[] {
  const words = ['']
  for (const [sign, escaped, single, double, gap] of text.matchAll(shellSign)) {
    if (gap !== undefined) words.push('')
    else
      words.push(`${words.pop() ?? ''}${escaped ?? single ?? double?.replaceAll(escapedInQuotes, '$1') ?? plain(sign)}`)
  }
  return words
}

function plain(sign: string): string {
  return sign === '\\\n' ? '' : sign
}

const shellSign = /\\\n|\\(.)|\$?'([^']*)'|\$?"((?:[^"\\]|\\.)*)"|([\s;&|<>()`]+)|./gs
const escapedInQuotes = /\\(["\\$`])|\\\n/g

/** Every way in which this word may name a file. */
function spellings(word: string): readonly string[] {
  const pieces = word.split(/[\s;&|<>()'"`{},:]+/)
  return [word, ...pieces].flatMap((each) => {
    const value = each.includes('=') ? each.slice(each.indexOf('=') + 1) : each
    const glued = /^-[^-]./s.test(each) ? each.slice(2) : each
    return [each, value, glued].flatMap((name) => [name, name.replace(/^@/, '')])
  })
}

/** Without the name of the workspace's root that it begins with, if it does. */
function belowRoot(word: string, rootNames: readonly string[]): string {
  // Not of a relative path: what a variable stands for is not known here.
  const plainest = word.startsWith('/') ? posix.normalize(word.replace(/^\/+/, '/')) : word
  const root = rootNames.find((name) => plainest.startsWith(`${name}/`))
  return root === undefined ? word : plainest.slice(root.length).replace(/^\/+/, '')
}

/** `undefined` for a word that is no path here. */
function pathIn(workspace: Workspace, word: string): ConfinedPath | undefined {
  try {
    return workspace.validate(word)
  } catch {
    return undefined
  }
}

/** False for what is not there and for folders. What is neither folder nor file is refused by reading it. */
async function isFile(workspace: Workspace, text: string): Promise<boolean> {
  try {
    const stat = await workspace.stat(text)
    return stat !== undefined && stat.kind !== 'folder'
  } catch (error) {
    // `x.txt/y`: a file stands where a folder would have to.
    if (isPincerError(error) && error.code === 'file') return false
    throw error
  }
}
