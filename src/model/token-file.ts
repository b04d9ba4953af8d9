import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock, Timer } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { readIfThere, replaceFile, setAside } from '../files.ts'
import { readJson } from '../json-text.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'

const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const fileSchema = v.object({
  version: v.literal(1),
  /** Local, `2026-11-21`; null while the board does not know the date. */
  day: v.nullable(v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))),
  tokens: v.record(v.string(), countSchema),
  told: v.array(v.string()),
})

/** The figures of one day. */
export interface DayFigures {
  /** Undefined while the board does not know the date. */
  readonly day: string | undefined
  /** By provider. */
  readonly tokens: ReadonlyMap<string, number>
  /** Chats that had the notice of the day, oldest first. */
  readonly told: readonly string[]
}

export interface TokenFileOptions {
  readonly clock: Clock
  readonly log: Log
  readonly stateFolder: string
}

const nothing: DayFigures = { day: undefined, tokens: new Map(), told: [] }

/**
 * state/tokens.json. Written a while after a change and never waited for by a turn: a kill loses the figures of the
 * last moments, not the day. A disk that refuses is said once until it takes them again. Only `close` is to be awaited.
 */
export class TokenFile {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  #unsaved: DayFigures | undefined
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  #hasFailed = false
  #isClosed = false

  constructor({ clock, log, stateFolder }: TokenFileOptions) {
    this.#path = join(stateFolder, 'tokens.json')
    this.#clock = clock
    this.#log = log
  }

  /** `damaged`: nobody knows what was used today; what could not be understood is set aside, and said. Never fails. */
  async load(): Promise<DayFigures | 'damaged'> {
    try {
      const text = await readIfThere(this.#path)
      if (text === undefined) return nothing
      const read = parse(text)
      if (read !== undefined) return read
      const aside = await setAside(this.#path, this.#clock.nowMs())
      this.#log.error('model', `The count of tokens was damaged (it is kept as ${aside}). ${this.#what}`)
    } catch (error) {
      this.#log.error('model', `${sentenceOf(error)} ${this.#what}`)
    }
    return 'damaged'
  }

  get #what(): string {
    return `Until midnight the tokens of today count as used up. To begin at 0 now, stop Pincer, remove ${this.#path} and start it again.`
  }

  /** These are written in a while, with what comes until then. */
  save(figures: DayFigures): void {
    if (this.#isClosed) return
    this.#unsaved = figures
    this.#timer ??= this.#clock.after(limits.tokensSaveMs, () => this.saveNow())
  }

  /** Begins to write what is not written yet. */
  saveNow(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.saveNow()
    await this.#writing
  }

  async #write(): Promise<void> {
    const figures = this.#unsaved
    if (figures === undefined) return
    this.#unsaved = undefined
    const { day, tokens, told } = figures
    const file = { version: 1, day: day ?? null, tokens: Object.fromEntries(tokens), told }
    try {
      await replaceFile(this.#path, `${JSON.stringify(file)}\n`)
      this.#hasFailed = false
    } catch (error) {
      // Tried again with the next change: a full disk is no reason to wake the board.
      this.#unsaved ??= figures
      if (this.#hasFailed) return
      this.#hasFailed = true
      const sentence = `${sentenceOf(error)} Tokens are still counted, but a restart would forget the newest of today.`
      this.#log.error('model', sentence)
    }
  }
}

function parse(text: string): DayFigures | undefined {
  const file = readJson(fileSchema, text)
  if (file === undefined) return undefined
  const { day, tokens, told } = file
  return { day: day ?? undefined, tokens: new Map(Object.entries(tokens)), told }
}
