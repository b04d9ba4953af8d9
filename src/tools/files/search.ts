import { isPincerError, PincerError } from '../../errors.ts'
import type { Origins } from '../../guard/origins.ts'
import { showPath } from '../../guard/paths.ts'
import type { WalkEntry, Workspace } from '../../guard/workspace.ts'
import { limits } from '../../limits.ts'
import type { ToolContext } from '../tool.ts'
import { count, linesOf } from './page.ts'

/**
 * Lines that hold `pattern`, as plain text and in any case, each as `path:line: text`. Names that begin with a dot are
 * not entered. What was left out (caps, files that are large or no text) is said at the end. A pattern that is empty, of
 * several lines or too long is PincerError `bad_call`; an abort of its signal is `stopped`. The context is told of each file
 * with a line here that is not our own.
 */
export async function searchFiles(
  { workspace, origins }: { readonly workspace: Workspace; readonly origins: Origins },
  options: {
    readonly pattern: string
    readonly path: string
    readonly context: Pick<ToolContext, 'signal' | 'foreign'>
  },
): Promise<string> {
  const wanted = options.pattern.toLowerCase()
  if (wanted === '' || wanted.includes('\n')) {
    throw new PincerError('bad_call', 'pattern must be some text of one line, for example "relay".')
  }
  if (wanted.length > limits.searchPatternCharsMax) {
    const most = limits.searchPatternCharsMax
    throw new PincerError('bad_call', `pattern has ${wanted.length} characters, at most ${most} are taken: shorten it.`)
  }
  const found = new Matches(wanted)
  for await (const entry of workspace.walk(options.path)) {
    if (options.context.signal.aborted) throw new PincerError('stopped', 'The search was stopped.')
    if (found.mustStopAt(entry)) break
    if (entry.kind === 'folder') continue
    const text = await textIfSearchable(workspace, entry)
    if (found.take(entry, text) && !origins.isClean(entry.path, text ?? ''))
      options.context.foreign(showPath(entry.path))
    if (found.full) break
  }
  const { namedFolder } = found
  if (namedFolder !== undefined && !origins.knowsName(namedFolder)) options.context.foreign(showPath(namedFolder))
  return found.report(options.pattern)
}

/** `undefined` for what is no text, too large, not to be opened, or gone by now. */
async function textIfSearchable(workspace: Workspace, entry: WalkEntry): Promise<string | undefined> {
  if (entry.kind !== 'file' || entry.sizeBytes > limits.fileBytesMax) return undefined
  try {
    return await workspace.readText(entry.path)
  } catch (error) {
    if (isPincerError(error) && error.code !== 'disk') return undefined
    throw error
  }
}

class Matches {
  readonly #wanted: string
  readonly #lines: string[] = []
  #chars = 0
  #entryCount = 0
  #fileCount = 0
  #skippedCount = 0
  #sizeBytes = 0
  #stopped: 'no' | 'matches' | 'files' = 'no'
  #notWalked: WalkEntry | undefined
  #notWalkedCount = 0

  constructor(wanted: string) {
    this.#wanted = wanted
  }

  get full(): boolean {
    return this.#stopped === 'matches'
  }

  mustStopAt(entry: WalkEntry): boolean {
    this.#entryCount++
    if (entry.notWalked !== undefined) {
      this.#notWalked ??= entry
      this.#notWalkedCount++
    }
    if (this.#entryCount > limits.searchFilesMax || this.#sizeBytes > limits.searchBytesMax) this.#stopped = 'files'
    if (entry.kind === 'file' && entry.sizeBytes <= limits.fileBytesMax) this.#sizeBytes += entry.sizeBytes
    return this.#stopped !== 'no'
  }

  /** True when the report shows something of this file. */
  take(entry: WalkEntry, text: string | undefined): boolean {
    if (text === undefined) {
      this.#skippedCount++
      return false
    }
    this.#fileCount++
    if (!text.toLowerCase().includes(this.#wanted)) return false
    const before = this.#lines.length
    for (const [index, line] of linesOf(text).entries()) {
      const at = line.toLowerCase().indexOf(this.#wanted)
      if (at === -1) continue
      const shown = `${entry.path}:${index + 1}: ${excerpt(line, at)}`
      this.#chars += shown.length + 1
      if (this.#lines.length === limits.searchMatchesMax || this.#chars > limits.fileReadCharsMax) {
        this.#stopped = 'matches'
        break
      }
      this.#lines.push(shown)
    }
    return this.#lines.length > before
  }

  /** The folder that the report names because it was not walked. */
  get namedFolder(): string | undefined {
    return this.#notWalked?.path
  }

  report(pattern: string): string {
    const notes: string[] = []
    if (this.#lines.length === 0) {
      notes.push(`"${pattern}" does not stand in ${count(this.#fileCount, 'text file')}`)
    }
    if (this.#stopped === 'matches') notes.push('there are more matches: narrow the pattern or the path')
    if (this.#stopped === 'files') notes.push('not everything was searched: narrow the path')
    if (this.#notWalked !== undefined) {
      const others = this.#notWalkedCount - 1
      const folder = `${showPath(this.#notWalked.path)} ${this.#notWalked.notWalked ?? ''}`
      notes.push(`the folder ${folder}${others === 0 ? '' : `; so it is with ${others} more`}`)
    }
    if (this.#skippedCount > 0)
      notes.push(`${count(this.#skippedCount, 'file')} skipped: not text, too large or not to be opened`)
    if (notes.length === 0) return this.#lines.join('\n')
    return [...this.#lines, `[${notes.join('; ')}]`].join('\n')
  }
}

/** A line, or the part of a long one around the match. */
function excerpt(line: string, at: number): string {
  if (line.length <= limits.searchLineCharsMax) return line
  const from = Math.max(0, Math.min(at - limits.searchLineCharsMax / 4, line.length - limits.searchLineCharsMax))
  return `...${line.slice(from, from + limits.searchLineCharsMax)}...`.toWellFormed()
}
