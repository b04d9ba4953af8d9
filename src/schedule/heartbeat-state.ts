import { join } from 'node:path'
import * as v from 'valibot'
import { sentenceOf } from '../errors.ts'
import { readIfThere, replaceFile } from '../files.ts'
import type { Log } from '../log.ts'

const stateSchema = v.object({
  version: v.literal(1),
  /** Wall clock ms of the last beat that asked the model. */
  beatMs: v.number(),
  /** The local day that `tokens` are of. */
  day: v.string(),
  tokens: v.number(),
  /** A hash of the text that was looked after. */
  text: v.string(),
  seen: v.record(v.string(), v.union([v.number(), v.string()])),
  /** The changing calls that a beat has begun; absent while none runs. */
  running: v.optional(v.array(v.string())),
})

export type HeartbeatState = Readonly<v.InferOutput<typeof stateSchema>>

const fresh: HeartbeatState = { version: 1, beatMs: 0, day: '', tokens: 0, text: '', seen: {} }

/** When the heart beat last, and what it saw then. */
export class HeartbeatStore {
  readonly #path: string
  readonly #log: Log

  constructor(options: { readonly stateFolder: string; readonly log: Log }) {
    this.#path = join(options.stateFolder, 'heartbeat.json')
    this.#log = options.log
  }

  /** Never fails: what cannot be read counts as never. */
  async load(): Promise<HeartbeatState> {
    try {
      const text = await readIfThere(this.#path)
      return text === undefined ? fresh : v.parse(stateSchema, JSON.parse(text))
    } catch (error) {
      this.#log.warn(
        'heartbeat',
        `Its state cannot be read: all that HEARTBEAT.md names counts as new. ${sentenceOf(error)}`,
      )
      return fresh
    }
  }

  /** On the disk when this resolves. Rejects with `disk`. */
  async save(state: HeartbeatState): Promise<void> {
    await replaceFile(this.#path, `${JSON.stringify(state)}\n`)
  }
}
