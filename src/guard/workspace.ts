import { lstatSync } from 'node:fs'
import { resolve } from 'node:path'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { errorName } from '../files.ts'
import { limits } from '../limits.ts'
import { ConfinedFolder, realRoot, type EntryStat } from './confined-folder.ts'
import { fileError, formatSize } from './file-sentences.ts'
import { withLineEndsOf } from './line-ends.ts'
import { textOf } from './plain-text.ts'
import { refusal, unfinishedPrefix, validatePath, type ConfinedPath } from './paths.ts'

export interface FolderEntry extends EntryStat {
  readonly name: string
}

export interface WalkEntry extends EntryStat {
  readonly path: string
  /** Why what this folder holds is not walked. */
  readonly notWalked?: 'is too deep: give its path' | 'cannot be opened'
}

/** The workspace under `root`, which must exist. Failures are PincerError `home`. */
export async function openWorkspace(options: { readonly root: string }): Promise<Workspace> {
  const given = resolve(options.root)
  try {
    const { root, mode } = await realRoot(given)
    // The service shares the workspace, and nothing else, with the user that its shell runs as.
    const shared = (mode & 0o2020) === 0o2020
    return new Workspace({ root, given, shared })
  } catch (error) {
    if (isPincerError(error)) throw error
    const why =
      errorName(error) === 'ENOENT' ? 'it does not exist. The next start of Pincer makes it' : sentenceOf(error)
    throw new PincerError('home', `Cannot use the workspace ${given}: ${why}.`, { cause: error })
  }
}

/**
 * The model's files. Every path is one that the model wrote, relative to the root; every operation walks to it through
 * ConfinedFolder, so that nothing outside can be named, and changes run one after the other. Failures are PincerError:
 * `path_refused` (it leaves the workspace or is no plain file), `file` (not possible here), `disk` (the old file stands).
 */
export class Workspace {
  /** Absolute and without links; for people and for child processes. */
  readonly root: string
  readonly #roots: readonly string[]
  readonly #fileMode: number
  readonly #folderMode: number
  readonly #cleaned = new Set<string>()
  #lastChange: Promise<unknown> = Promise.resolve()
  #changes = 0

  constructor(options: { readonly root: string; readonly given: string; readonly shared: boolean }) {
    this.root = options.root
    this.#roots = [options.root, options.given]
    this.#fileMode = options.shared ? 0o660 : 0o600
    this.#folderMode = options.shared ? 0o2770 : 0o700
  }

  /** Differs when this program wrote or removed anything meanwhile, or is about to. */
  get changes(): number {
    return this.#changes
  }

  validate(path: string): ConfinedPath {
    return validatePath(path, this.#roots)
  }

  /** Changes when one of these was written, made or removed. It follows no link at the end and opens nothing. */
  fingerprint(paths: readonly string[]): string {
    const stats = paths.map((path) => lstatSync(`${this.root}/${path}`, { throwIfNoEntry: false }))
    return stats.map((stat) => (stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`)).join(' ')
  }

  /** The bytes of a file of at most `sizeBytesMax`; `undefined` when there is none. */
  read(path: string, sizeBytesMax: number = limits.fileBytesMax): Promise<Buffer | undefined> {
    return this.#doing('read', path, async (target) => {
      const { folderNames, name } = fileOf(target)
      const folder = await this.#folder(folderNames)
      if (folder === undefined) return undefined
      await using _ = folder
      return await folder.read(name, sizeBytesMax)
    })
  }

  /** As `read`, for text: other files are code `file`, with their size. */
  async readText(path: string): Promise<string | undefined> {
    const content = await this.read(path)
    if (content === undefined) return undefined
    const text = textOf(content)
    if (text !== undefined) return text
    const { text: shown } = this.validate(path)
    throw new PincerError('file', `${shown} is not text (${formatSize(content.length)} of binary or non-UTF-8 data).`)
  }

  /** Replaces the file or makes it, with the folders it needs. */
  write(path: string, content: string | Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#replace(path, content))
  }

  /** Replaces a text by what `change` makes of it (`undefined`: no file yet); no other change comes between. */
  update(path: string, change: (old: string | undefined) => string): Promise<void> {
    return this.#inTurn(async () => this.#replace(path, change(await this.readText(path))))
  }

  /**
   * Puts `text` at the end, on a line of its own. The whole file is replaced: a crash leaves the old or the new.
   * `before` is told both, just before that.
   */
  append(path: string, text: string, before?: (old: string | undefined, whole: string) => void): Promise<void> {
    return this.update(path, (found) => {
      const old = found ?? ''
      const separator = old === '' || old.endsWith('\n') ? '' : '\n'
      const whole = old + withLineEndsOf(old, separator + text)
      before?.(found, whole)
      return whole
    })
  }

  /** Removes a file; nothing there is fine. */
  remove(path: string): Promise<void> {
    return this.#inTurn(() =>
      this.#doing('remove', path, async (target) => {
        const { folderNames, name } = fileOf(target)
        const folder = await this.#folder(folderNames)
        if (folder === undefined) return
        await using _ = folder
        await folder.remove(name)
      }),
    )
  }

  /** What stands under this path, links not followed; `undefined` when nothing does. */
  stat(path: string): Promise<EntryStat | undefined> {
    return this.#doing('look at', path, async (target) => {
      const name = target.names.at(-1)
      if (name === undefined) return { kind: 'folder', sizeBytes: 0 }
      const folder = await this.#folder(target.names.slice(0, -1))
      if (folder === undefined) return undefined
      await using _ = folder
      return await folder.stat(name)
    })
  }

  /** The first `entriesMax` entries in name order and how many more there are; `undefined` when there is no folder. */
  list(
    path: string,
    entriesMax: number,
  ): Promise<{ readonly entries: readonly FolderEntry[]; readonly moreCount: number } | undefined> {
    return this.#doing('list', path, async (target) => {
      const folder = await this.#folder(target.names)
      if (folder === undefined) return undefined
      await using _ = folder
      const found = await folder.names()
      const names = found.names.filter((name) => !name.startsWith(unfinishedPrefix))
      const entries: FolderEntry[] = []
      for (const name of names.slice(0, entriesMax)) {
        const stat = await folder.stat(name)
        if (stat !== undefined) entries.push({ name, ...stat })
      }
      const moreCount = Math.max(0, names.length - entriesMax) + (found.more ? 1 : 0)
      return { entries, moreCount }
    })
  }

  /** Whether something stands in this folder that `list` hides: a write that is under way, or what a crash left of one. */
  hasUnfinished(path: string): Promise<boolean> {
    return this.#doing('list', path, async (target) => {
      const folder = await this.#folder(target.names)
      if (folder === undefined) return false
      await using _ = folder
      return (await folder.names()).names.some((name) => name.startsWith(unfinishedPrefix))
    })
  }

  /**
   * Everything under a folder, folders before what they hold, in name order, names that begin with a dot left out; or
   * the one file. Nothing when nothing has this path. The caller stops it when it has seen enough. It goes down
   * `levels` folders: each is reached from the root, so that the effort grows with the square of the depth.
   */
  async *walk(path: string, levels: number = limits.walkLevelsMax): AsyncGenerator<WalkEntry, void, undefined> {
    const top = this.validate(path)
    const stat = await this.stat(path)
    if (stat === undefined) return
    if (stat.kind !== 'folder') {
      yield { path: top.text, ...stat }
      return
    }
    const listing = await this.list(path, limits.folderNamesMax)
    for (const entry of listing?.entries ?? []) {
      if (entry.name.startsWith('.')) continue
      const below = top.names.length === 0 ? entry.name : `${top.text}/${entry.name}`
      // Names that no path may hold (line breaks, say) and folders that vanish or turn into links are passed over.
      if (!this.#canName(below)) continue
      if (entry.kind !== 'folder') {
        yield { ...entry, path: below }
        continue
      }
      if (levels === 0) {
        yield { ...entry, path: below, notWalked: 'is too deep: give its path' }
        continue
      }
      yield { ...entry, path: below }
      try {
        yield* this.walk(below, levels - 1)
      } catch (error) {
        if (!isPincerError(error) || error.code === 'disk') throw error
        yield { ...entry, path: below, notWalked: 'cannot be opened' }
      }
    }
  }

  #canName(path: string): boolean {
    try {
      return this.validate(path).text === path
    } catch {
      return false
    }
  }

  #replace(path: string, content: string | Uint8Array): Promise<void> {
    return this.#doing('write', path, async (target) => {
      const { folderNames, name } = fileOf(target)
      const sizeBytes = Buffer.byteLength(content)
      if (sizeBytes > limits.fileBytesMax) {
        const max = formatSize(limits.fileBytesMax)
        throw new PincerError('file', `${target.text} would be ${formatSize(sizeBytes)}: ${max} is the most.`)
      }
      await using folder = await this.#makeFolders(folderNames)
      await this.#clean(folder, folderNames.join('/'))
      await folder.replace(name, content, this.#fileMode)
    })
  }

  /** What a crash left of writes in this folder goes with the first write there; until then it is only hidden. */
  async #clean(folder: ConfinedFolder, path: string): Promise<void> {
    if (this.#cleaned.has(path)) return
    this.#cleaned.add(path)
    const { names } = await folder.names()
    for (const name of names.filter((name) => name.startsWith(unfinishedPrefix))) {
      await folder.remove(name).catch(() => undefined)
    }
  }

  #folder(names: readonly string[]): Promise<ConfinedFolder | undefined> {
    return this.#descend(names, (parent, name) => parent.folder(name))
  }

  async #makeFolders(names: readonly string[]): Promise<ConfinedFolder> {
    const make = async (parent: ConfinedFolder, name: string): Promise<ConfinedFolder> =>
      (await parent.folder(name)) ?? parent.makeFolder(name, this.#folderMode)
    const folder = await this.#descend(names, make)
    if (folder === undefined) throw new PincerError('file', `The folder ${names.join('/')} could not be made.`)
    return folder
  }

  async #descend(
    names: readonly string[],
    step: (parent: ConfinedFolder, name: string) => Promise<ConfinedFolder | undefined>,
  ): Promise<ConfinedFolder | undefined> {
    let folder = await ConfinedFolder.openRoot(this.root)
    for (const name of names) {
      await using parent = folder
      const next = await step(parent, name)
      if (next === undefined) return undefined
      folder = next
    }
    return folder
  }

  /** One change at a time: two chats that append to one file must not each replace it with its own copy. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    this.#changes++
    const done = this.#lastChange.then(change).finally(() => this.#changes++)
    this.#lastChange = done.catch(() => undefined)
    return done
  }

  async #doing<T>(verb: string, path: string, work: (target: ConfinedPath) => Promise<T>): Promise<T> {
    const target = this.validate(path)
    try {
      return await work(target)
    } catch (error) {
      if (isPincerError(error)) throw error
      throw fileError(verb, target.text, error)
    }
  }
}

function fileOf(target: ConfinedPath): { readonly folderNames: readonly string[]; readonly name: string } {
  const name = target.names.at(-1)
  if (name === undefined) throw refusal(target.text, 'it is the workspace itself, not a file')
  if (target.endsWithSlash) throw refusal(`${target.text}/`, 'it is written as a folder, not a file')
  return { folderNames: target.names.slice(0, -1), name }
}
