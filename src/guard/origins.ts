import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppendFile } from '../append-file.ts'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { copyAside, replaceFile } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { isOurName, readsAsOneWord } from './own-names.ts'
import { showPath, steersTurns } from './paths.ts'
import type { Workspace } from './workspace.ts'
import { everyFile } from './workspace-files.ts'

const countsForNothing = 'count as text from outside until they are written or approved anew.'
const lineSchema = v.strictTuple([v.string(), v.string()])

export interface OriginsOptions {
  readonly stateFolder: string
  readonly workspace: Workspace
  /** The files that every new workspace begins with, by their paths in it. */
  readonly builtIn: () => Iterable<readonly [path: string, text: string]>
  /** This very start made the workspace, of those files. */
  readonly isNew: boolean
  readonly clock: Clock
  readonly log: Log
}

/**
 * Which files of the workspace hold nothing from outside: those whose bytes are the ones that were recorded when an
 * owner made them, or when the daemon wrote them while nothing from outside was in view. All else counts as text from
 * outside: what was never recorded, and what has changed since. So forgetting a file is always safe, and what is
 * written under foreign eyes needs no record at all: its bytes are other ones.
 */
export class Origins {
  readonly #workspace: Workspace
  readonly #log: Log
  /** The hash of the clean bytes by path, recorded last standing last. */
  readonly #clean = new Map<string, string>()
  /** Bytes that are being written just now: a reader may see them before the writer knows that they are there. */
  readonly #expected = new Map<string, string>()
  #file: AppendFile | undefined
  #compactAtBytes: number = limits.originsFileBytesMax
  #version = 0

  private constructor({ workspace, log }: OriginsOptions) {
    this.#workspace = workspace
    this.#log = log
  }

  /**
   * Reads the store. At the first start, when there is none, the owner made what stands in the workspace: it is recorded.
   * What was made just now need not be read for that.
   * Where there is none later (it was lost, or the home is older than it), no more is recorded than what every workspace
   * begins with. One that is damaged counts for nothing, and neither does one that cannot be read; all that is said. Never
   * rejects.
   */
  static async open(options: OriginsOptions): Promise<Origins> {
    const origins = new Origins(options)
    const path = join(options.stateFolder, 'origins.jsonl')
    try {
      if (!existsSync(path)) {
        // The journal is made behind this store: where it stands, this is not the first start.
        if (existsSync(join(options.stateFolder, 'journal.jsonl'))) {
          await origins.#recordBuiltIn(options.builtIn)
          const since = `This home was used before and has no ${path}: it is older than that record, or the record was lost.`
          options.log.error(
            'files',
            `${since} All files but those that every workspace begins with ${countsForNothing}`,
          )
        } else if (options.isNew) {
          for (const [path, text] of options.builtIn()) origins.#set(origins.#key(path), hashOf(text))
        } else await origins.#recordWhatIsThere()
        await replaceFile(
          path,
          origins
            .#lines()
            .map((line) => `${line}\n`)
            .join(''),
        )
      }
      await origins.#read(path, options.clock)
    } catch (error) {
      const sentence = `Which files hold text from outside is not kept beyond this run: ${sentenceOf(error)}`
      options.log.error('files', sentence)
    }
    return origins
  }

  /** Changes whenever another file counts as clean, or a file counts so with other bytes. */
  get version(): number {
    return this.#version
  }

  /** False: what stands in `content` must be taken for text from outside. */
  isClean(path: string, content: string | Uint8Array): boolean {
    // Nothing cannot say anything: the sandbox makes the prompt files that are missing, so that no command does.
    if (content.length === 0) return true
    const key = this.#key(path)
    const hash = hashOf(content)
    return this.#clean.get(key) === hash || this.#expected.get(key) === hash
  }

  /** False: there is no record that this was ever ours, so nobody can say that it was changed. */
  isRecorded(path: string): boolean {
    return this.#clean.has(this.#key(path))
  }

  /** Whether somebody of ours gave this file or folder its name, or it is one plain word. Names can carry text too. */
  knowsName(path: string): boolean {
    const key = this.#key(path)
    return readsAsOneWord(key) || isOurName(key, this.#clean.keys())
  }

  /** To call just before clean bytes are written; `record` once they stand there. */
  expect(path: string, content: string | Uint8Array): void {
    this.#expected.set(this.#key(path), hashOf(content))
    this.#version++
  }

  /** From now on these bytes of the file are clean, after a restart too. A disk that fails costs only the latter. */
  async record(path: string, content: string | Uint8Array): Promise<void> {
    const key = this.#key(path)
    const hash = hashOf(content)
    this.#expected.delete(key)
    if (this.#clean.get(key) === hash) return
    this.#set(key, hash)
    try {
      await this.#file?.append([JSON.stringify([key, hash])], { sync: true })
      await this.#compactIfLong()
    } catch (error) {
      this.#log.warn('files', `That ${key} is our own text will be forgotten at the next start: ${sentenceOf(error)}`)
    }
  }

  /** Whether each file of the workspace, hidden ones too, is clean; false where that is too much to look through. */
  async everythingIsOurs(): Promise<boolean> {
    return (await this.whyForeign()) === undefined
  }

  /** What keeps the workspace from being all ours, and what mends that, for people: the first of it that there is. */
  async whyForeign(): Promise<string | undefined> {
    const tooMuch = `the workspace holds more than ${limits.ownFilesMax} files or ${limits.ownFilesBytesMax / 1024 / 1024} MB, which is not looked through: remove what is not needed`
    let files = 0
    let bytes = 0
    try {
      for await (const entry of everyFile(this.#workspace)) {
        const { path, kind, sizeBytes, isWhole } = entry
        if (!isWhole || !this.knowsName(path)) return notOurs(path)
        if (kind === 'folder') continue
        bytes += sizeBytes
        if (++files > limits.ownFilesMax || bytes > limits.ownFilesBytesMax) return tooMuch
        if (kind !== 'file') return notOurs(path)
        // What cannot be opened cannot be known either.
        const content = await this.#workspace.read(path).catch(() => 'closed' as const)
        if (content === 'closed') return notOurs(path)
        if (content !== undefined && !this.isClean(path, content)) {
          const isForReading = steersTurns(this.#workspace.validate(path))
          return notOurs(path, isForReading ? 'read it, then /approve it, or remove it' : undefined)
        }
      }
      return undefined
    } catch (error) {
      return sentenceOf(error).replace(/\.$/, '')
    }
  }

  /**
   * Records what a command changed in a workspace that was all ours before it: that derives from ours alone. Not what
   * steers turns, which only a person or our own tools make clean, and nothing in inbox/, where others write. `holds` is
   * asked when all was read: where it answers false nothing is recorded. Never rejects.
   */
  async recordChanges(holds: () => boolean): Promise<void> {
    const changed: [string, string][] = []
    let files = 0
    let bytes = 0
    try {
      for await (const { path, kind, sizeBytes } of everyFile(this.#workspace)) {
        if (kind !== 'file' || path.startsWith('inbox/') || steersTurns(this.#workspace.validate(path))) continue
        bytes += sizeBytes
        // So much is never all ours, and no record would make it so.
        if (++files > limits.ownFilesMax || bytes > limits.ownFilesBytesMax) return
        const content = await this.#workspace.read(path).catch(() => undefined)
        const hash = content === undefined ? undefined : hashOf(content)
        if (hash !== undefined && this.#clean.get(path) !== hash) changed.push([path, hash])
      }
      if (changed.length === 0 || !holds()) return
      for (const [path, hash] of changed) this.#set(path, hash)
      await this.#file?.append(
        changed.map((entry) => JSON.stringify(entry)),
        { sync: true },
      )
      await this.#compactIfLong()
    } catch (error) {
      this.#log.warn('files', `What a command wrote may count as text from outside: ${sentenceOf(error)}`)
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  /** In the form in which one file has one name. */
  #key(path: string): string {
    return this.#workspace.validate(path).text
  }

  #set(key: string, hash: string): void {
    this.#clean.delete(key)
    this.#clean.set(key, hash)
    this.#version++
    if (this.#clean.size <= limits.originsMax) return
    // Notes go before what steers every turn: that would be off until an owner looked at it again.
    const oldest = [...this.#clean.keys()].find((each) => !steersTurns(this.#workspace.validate(each)))
    if (oldest !== undefined) this.#clean.delete(oldest)
  }

  #lines(): readonly string[] {
    return [...this.#clean].map((entry) => JSON.stringify(entry))
  }

  async #read(path: string, clock: Clock): Promise<void> {
    let damaged = false
    const onLine = (line: string): void => {
      try {
        const [path, hash] = v.parse(lineSchema, JSON.parse(line))
        this.#set(this.#key(path), hash)
      } catch {
        damaged = true
      }
    }
    const { file } = await AppendFile.open(path, { onLine })
    this.#file = file
    if (!damaged) return
    this.#clean.clear()
    const aside = await copyAside(path, clock.nowMs())
    await file.replace([])
    const what = `${path} is damaged and was set aside as ${aside}`
    this.#log.error('files', `${what}: all files ${countsForNothing}`)
  }

  async #recordWhatIsThere(): Promise<void> {
    let files = 0
    let bytes = 0
    for await (const { path, kind, sizeBytes } of everyFile(this.#workspace)) {
      // What people or programs sent in is theirs, also when it is older than this store.
      if (kind !== 'file' || path.startsWith('inbox/') || sizeBytes > limits.fileBytesMax) continue
      bytes += sizeBytes
      if (++files > limits.ownFilesMax || bytes > limits.ownFilesBytesMax) break
      const content = await this.#workspace.read(path).catch(() => undefined)
      if (content !== undefined) this.#set(path, hashOf(content))
    }
  }

  async #recordBuiltIn(builtIn: OriginsOptions['builtIn']): Promise<void> {
    for (const [path, text] of builtIn()) {
      if ((await this.#workspace.readText(path).catch(() => undefined)) === text)
        this.#set(this.#key(path), hashOf(text))
    }
  }

  async #compactIfLong(): Promise<void> {
    const file = this.#file
    if (file === undefined || file.sizeBytes <= this.#compactAtBytes) return
    await file.replace(this.#lines())
    this.#compactAtBytes = Math.max(limits.originsFileBytesMax, 2 * file.sizeBytes)
  }
}

function notOurs(path: string, advice = 'remove it, or move it elsewhere'): string {
  return `${showPath(path)} in the workspace is not known to be mine: ${advice}`
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url')
}
