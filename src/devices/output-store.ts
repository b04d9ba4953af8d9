import fs from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { errorName, readIfThere, replaceFile, setAside } from '../files.ts'
import { readJson } from '../json-text.ts'
import type { Log } from '../log.ts'
import type { SwitchState } from './device.ts'
import type { OutputStatus } from './output-status.ts'

/** What a record of the lines of one board is kept with. */
export interface BoardStateParts {
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
  /** The lines are the simulator's: a record of the board's is not about them, and the other way round. */
  readonly simulated: boolean
}

/**
 * `outputs.json`: what each output does and until when, so that no restart and no power cut extends a deadline.
 *
 * All times in it are monotonic; one pair of wall and monotonic time, taken when it was written, ties them to the calendar.
 * Within one boot they are compared as they are, whatever the wall clock did. After a reboot they are moved by the wall
 * time that passed. A wall clock that went backwards, that stands before this program existed, or that nothing has set
 * since the board started, then or now (no battery, no network yet), proves nothing: then no time counts as passed for
 * minOn, minOff and perMinute, and every deadline as passed.
 */
export interface OutputRecord extends OutputStatus {
  /** A record is about this line; its name is only who used it. */
  readonly line: string
  /** As they were configured then: what `on` was at the pin, and which state was safe. */
  readonly invert: boolean
  readonly safe: SwitchState
  readonly safePercent?: number | undefined
}

export type StoredOutputs =
  /** `trusted`: the deadlines in the records can be compared with the present time. */
  | {
      readonly kind: 'records'
      readonly records: ReadonlyMap<string, OutputRecord>
      readonly trusted: boolean
      /** Written since the machine started: lines may still be driven as the records say. */
      readonly sameBoot: boolean
    }
  /** There was a file, but what it said is lost: read everything the strict way. */
  | { readonly kind: 'lost' }

const nothingRecorded: StoredOutputs = { kind: 'records', records: new Map(), trusted: true, sameBoot: true }

const earliestWallMs = Date.parse('2025-01-01T00:00:00Z')

const optionalMs = v.optional(v.number())
const fileSchema = v.strictObject({
  version: v.literal(1),
  bootId: v.string(),
  /** Written by the simulator, whose lines are not the board's. */
  simulated: v.optional(v.boolean(), false),
  wallMs: v.number(),
  /** Whether something had set that clock. */
  wallIsSet: v.optional(v.boolean(), false),
  monotonicMs: v.number(),
  outputs: v.record(
    v.string(),
    v.strictObject({
      line: v.string(),
      invert: v.boolean(),
      safe: v.picklist(['on', 'off']),
      safePercent: v.optional(v.number()),
      percent: v.optional(v.number()),
      state: v.picklist(['on', 'off', 'unknown']),
      sinceMs: optionalMs,
      endsMs: optionalMs,
      latestMs: optionalMs,
      back: v.optional(v.strictObject({ atMs: v.number(), endsMs: optionalMs, latestMs: optionalMs })),
      switchesMs: v.array(v.number()),
      cause: v.optional(v.string()),
      asker: v.optional(v.strictObject({ channel: v.string(), chat: v.string(), person: v.string() })),
    }),
  ),
})
type StoredFile = v.InferOutput<typeof fileSchema>

export class OutputStore {
  readonly #path: string
  readonly #parts: BoardStateParts
  /** What the file is known to say, to write nothing when nothing changed; `undefined` when that is not known. */
  #saved: string | undefined

  constructor(parts: BoardStateParts) {
    this.#path = join(parts.stateFolder, 'outputs.json')
    this.#parts = parts
  }

  /** Never fails: what cannot be read is set aside, said in the log, and answered as `lost`. */
  async load(): Promise<StoredOutputs> {
    let text: string | undefined
    try {
      text = await readIfThere(this.#path)
    } catch (error) {
      this.#parts.log.error('devices', `${sentenceOf(error)} All outputs start in their safe state.`)
      return { kind: 'lost' }
    }
    if (text === undefined) {
      this.#saved = this.#bodyOf(new Map())
      return nothingRecorded
    }
    const file = readJson(fileSchema, text)
    if (file === undefined) return this.#setAside()
    if (file.simulated !== this.#parts.simulated) return nothingRecorded
    const records = this.#recordsOf(file)
    const sameBoot = file.bootId === this.#parts.clock.bootId
    if (sameBoot) this.#saved = this.#bodyOf(records)
    return { kind: 'records', records, trusted: this.#isTrusted(file), sameBoot }
  }

  /** On the disk when this resolves; nothing is written when nothing changed. Fails with PincerError `disk`. */
  async save(records: ReadonlyMap<string, OutputRecord>): Promise<void> {
    const body = this.#bodyOf(records)
    if (body === this.#saved) return
    this.#saved = undefined
    const file = {
      version: 1,
      bootId: this.#parts.clock.bootId,
      simulated: this.#parts.simulated,
      wallMs: this.#parts.clock.nowMs(),
      wallIsSet: this.#parts.clock.wallIsSet(),
      monotonicMs: this.#parts.clock.monotonicMs(),
      outputs: Object.fromEntries(records),
    }
    await replaceFile(this.#path, `${JSON.stringify(file)}\n`)
    this.#saved = body
  }

  /**
   * For what has already happened and may not be undone, like switching off. When the disk refuses, the old file could
   * switch an output on again at the next start: it is emptied, which needs no space and counts as lost. Never fails.
   */
  async saveOrSpoil(records: ReadonlyMap<string, OutputRecord>): Promise<void> {
    try {
      await this.save(records)
    } catch (error) {
      this.#parts.log.error('devices', `${sentenceOf(error)} Until that works, outputs can be switched off but not on.`)
      await this.#spoil()
    }
  }

  async #spoil(): Promise<void> {
    try {
      const handle = await fs.promises.open(this.#path, 'r+')
      try {
        await handle.truncate(0)
        await handle.sync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      // No file, or no folder: then nothing can be restored from it either.
      if (errorName(error) === 'ENOENT' || errorName(error) === 'ENOTDIR') return
      const sentence = `Cannot empty ${this.#path} (${sentenceOf(error)}): after a restart outputs with \`start: last\` may follow an old record.`
      this.#parts.log.error('devices', sentence)
    }
  }

  async #setAside(): Promise<StoredOutputs> {
    let where = 'it could not be moved away'
    try {
      where = `it was moved to ${await setAside(this.#path, this.#parts.clock.nowMs())}`
    } catch (error) {
      where += ` (${sentenceOf(error)})`
    }
    const sentence = `${this.#path} cannot be understood; ${where}. All outputs start in their safe state, and minOn and minOff count from now.`
    this.#parts.log.error('devices', sentence)
    return { kind: 'lost' }
  }

  #isTrusted(file: StoredFile): boolean {
    if (file.bootId === this.#parts.clock.bootId) return true
    if (!file.wallIsSet || !this.#parts.clock.wallIsSet()) return false
    return file.wallMs >= earliestWallMs && this.#parts.clock.nowMs() >= file.wallMs
  }

  /** The records with their times moved to the monotonic clock of this boot. */
  #recordsOf(file: StoredFile): Map<string, OutputRecord> {
    const nowMs = this.#parts.clock.monotonicMs()
    let shiftMs = 0
    if (file.bootId !== this.#parts.clock.bootId) {
      const passedMs = this.#isTrusted(file) ? this.#parts.clock.nowMs() - file.wallMs : 0
      shiftMs = nowMs - passedMs - file.monotonicMs
    }
    const move = (timeMs: number | undefined): number | undefined =>
      timeMs === undefined ? undefined : timeMs + shiftMs
    // A time that has passed cannot lie ahead, whatever a damaged file says.
    const movePast = (timeMs: number): number => Math.min(nowMs, timeMs + shiftMs)
    const records = Object.entries(file.outputs).map(([name, stored]): [string, OutputRecord] => [
      name,
      {
        line: stored.line,
        invert: stored.invert,
        safe: stored.safe,
        safePercent: stored.safePercent,
        percent: stored.percent,
        state: stored.state,
        sinceMs: stored.sinceMs === undefined ? undefined : movePast(stored.sinceMs),
        endsMs: move(stored.endsMs),
        latestMs: move(stored.latestMs),
        back:
          stored.back === undefined
            ? undefined
            : {
                atMs: stored.back.atMs + shiftMs,
                endsMs: move(stored.back.endsMs),
                latestMs: move(stored.back.latestMs),
              },
        switchesMs: stored.switchesMs.map(movePast),
        cause: stored.cause,
        asker: stored.asker,
      },
    ])
    return new Map(records)
  }

  #bodyOf(records: ReadonlyMap<string, OutputRecord>): string {
    return JSON.stringify(Object.fromEntries(records))
  }
}

/** Whether the record in this folder is the simulator's: for whoever cannot read which board is configured. */
export async function wasSimulated(stateFolder: string): Promise<boolean> {
  try {
    return readJson(fileSchema, (await readIfThere(join(stateFolder, 'outputs.json'))) ?? '')?.simulated === true
  } catch {
    return false
  }
}
