import { join } from 'node:path'
import { isPincerError } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { boundSessionLogs } from './session-bound.ts'
import { Session } from './session.ts'

interface Entry {
  readonly session: Promise<Session>
  users: number
  /** Of what it appended: what #grownBytes knows of. */
  countedBytes: number
}

/** All sessions of this home. The files of at most `limits.sessionsInMemoryMax` idle chats are kept open. */
export class Sessions {
  readonly #folder: string
  readonly #log: Log
  /** Least recently used first. */
  readonly #open = new Map<string, Entry>()
  /** By how much all files have grown since they were bounded: what was before the start is not known. */
  #grownBytes = Infinity
  #bounding: Promise<void> = Promise.resolve()

  constructor(options: { readonly folder: string; readonly log: Log }) {
    this.#folder = options.folder
    this.#log = options.log
  }

  /**
   * Lends the session of one chat, opened or created, for the time that `work` takes. Where its log cannot be opened
   * it is one without history, see `Session.fault`; the next use tries anew.
   */
  async use<T>(channel: string, chat: string, work: (session: Session) => Promise<T>): Promise<T> {
    const name = fileName(channel, chat)
    const entry = this.#open.get(name) ?? { session: this.#load(name), users: 0, countedBytes: 0 }
    this.#open.delete(name)
    this.#open.set(name, entry)
    entry.users++
    try {
      const session = await entry.session
      if (session.fault !== undefined && this.#open.get(name) === entry) this.#open.delete(name)
      try {
        return await work(session)
      } finally {
        this.#noteGrowth(name, entry, session.bytesAppended())
      }
    } finally {
      entry.users--
      await this.#closeIdle(limits.sessionsInMemoryMax)
    }
  }

  async close(): Promise<void> {
    await this.#closeIdle(0)
    await this.#bounding
  }

  /** No turn waits for the bound. */
  #noteGrowth(name: string, entry: Entry, bytesAppended: number): void {
    if (bytesAppended === entry.countedBytes) return
    this.#grownBytes += bytesAppended - entry.countedBytes
    entry.countedBytes = bytesAppended
    if (this.#grownBytes < limits.sessionLogsCheckBytes) return
    this.#grownBytes = 0
    const usedPath = join(this.#folder, name)
    const isOpen = (other: string): boolean => this.#open.has(other)
    // Whoever opens a log meanwhile waits: it may be on its way into the archives.
    const bound = { folder: this.#folder, usedPath, isOpen, log: this.#log }
    this.#bounding = this.#bounding.then(() => boundSessionLogs(bound))
  }

  async #closeIdle(keep: number): Promise<void> {
    for (const [name, entry] of this.#open) {
      if (this.#open.size <= keep) return
      if (entry.users > 0) continue
      this.#open.delete(name)
      await (await entry.session).close()
    }
  }

  async #load(name: string): Promise<Session> {
    try {
      await this.#bounding
      await makeFolder(this.#folder)
      return await Session.open(join(this.#folder, name), this.#log)
    } catch (error) {
      if (!isPincerError(error)) throw error
      return Session.withoutLog(error)
    }
  }
}

/** Channel and chat ids in a file name that is the same for ever and cannot leave the folder. */
function fileName(channel: string, chat: string): string {
  const safe = (text: string): string =>
    text.replaceAll(/[^a-zA-Z0-9-]/g, (char) => `_${char.codePointAt(0)?.toString(16) ?? ''}_`)
  return `${safe(channel)}.${safe(chat)}.jsonl`
}
