import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock, Timer } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { readIfThere, replaceFile, setAside } from '../files.ts'
import { readJson } from '../json-text.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'

const fileSchema = v.strictObject({
  version: v.literal(1),
  counters: v.record(
    v.string(),
    v.strictObject({ line: v.string(), count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  ),
})
type Counters = v.InferOutput<typeof fileSchema>['counters']

/**
 * `counters.json`: what counters have counted, kept over restarts. Flash wears out: it is written at the end, and while
 * pulses come once in `counterSaveMs`; a power cut loses what was counted since.
 */
export class CounterStore {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  #counters: Counters = {}
  #loading: Promise<void> | undefined
  #saving: Promise<void> = Promise.resolve()
  #timer: Timer | undefined
  #changed = false

  constructor(options: { readonly stateFolder: string; readonly clock: Clock; readonly log: Log }) {
    this.#path = join(options.stateFolder, 'counters.json')
    this.#clock = options.clock
    this.#log = options.log
  }

  /** What this counter had on this line; 0 when it is new or its line is another one. Never fails. */
  async load(counter: string, line: string): Promise<number> {
    await (this.#loading ??= this.#load())
    const known = Object.hasOwn(this.#counters, counter) ? this.#counters[counter] : undefined
    return known?.line === line ? known.count : 0
  }

  /** Writes later. */
  set(counter: string, line: string, count: number): void {
    this.#counters[counter] = { line, count }
    this.#changed = true
    this.#timer ??= this.#clock.after(limits.counterSaveMs, () => {
      this.#timer = undefined
      void this.save()
    })
  }

  /** Writes now, if there is anything new. Never fails: what cannot be written is said in the log and tried later. */
  save(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  async #save(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    try {
      await replaceFile(this.#path, `${JSON.stringify({ version: 1, counters: this.#counters })}\n`)
    } catch (error) {
      this.#changed = true
      this.#log.error('devices', `What counters counted is not saved. ${sentenceOf(error)}`)
    }
  }

  async #load(): Promise<void> {
    try {
      const text = await readIfThere(this.#path)
      if (text === undefined) return
      const file = readJson(fileSchema, text)
      if (file !== undefined) {
        this.#counters = file.counters
        return
      }
      const aside = await setAside(this.#path, this.#clock.nowMs())
      this.#log.error('devices', `What counters counted was damaged: it is kept as ${aside}. They start at 0.`)
    } catch (error) {
      this.#log.error('devices', `Counters start at 0. ${sentenceOf(error)}`)
    }
  }
}
