import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock, Timer } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { readIfThere, replaceFile } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'

const ids = v.array(v.string())
const fileSchema = v.object({ version: v.literal(1), told: ids, lost: ids, before: v.optional(ids, []) })

/**
 * What was said and is still so: a restart does not say it again. Written late and seldom; what a power cut takes is
 * said twice at worst.
 */
export class RuleMemory {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  /** The ids of rules that fired and are true since. */
  #told = new Set<string>()
  /** The ids of rules whose device cannot be read, as their makers know. */
  #lost = new Set<string>()
  /** The ids of rules that wait for a change, and whose state is the one that was there when they were made. */
  #before = new Set<string>()
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: { readonly stateFolder: string; readonly clock: Clock; readonly log: Log }) {
    this.#path = join(options.stateFolder, 'triggers.json')
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Never fails: what cannot be read was never said. */
  async load(): Promise<void> {
    try {
      const text = await readIfThere(this.#path)
      if (text === undefined) return
      const { told, lost, before } = v.parse(fileSchema, JSON.parse(text))
      this.#told = new Set(told)
      this.#lost = new Set(lost)
      this.#before = new Set(before)
    } catch (error) {
      this.#log.warn(
        'schedule',
        `What triggers had said before cannot be read: they may say it again. ${sentenceOf(error)}`,
      )
    }
  }

  wasTold(id: string): boolean {
    return this.#told.has(id)
  }

  /** Answers whether that is new. */
  noteTold(id: string, told: boolean): boolean {
    return this.#note(this.#told, id, told)
  }

  /** Answers whether that is new. */
  noteLost(id: string, lost: boolean): boolean {
    return this.#note(this.#lost, id, lost)
  }

  wasBefore(id: string): boolean {
    return this.#before.has(id)
  }

  noteBefore(id: string, before: boolean): void {
    this.#note(this.#before, id, before)
  }

  /** Forgets rules that are no more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#told) if (!ids.has(id)) this.noteTold(id, false)
    for (const id of this.#lost) if (!ids.has(id)) this.noteLost(id, false)
    for (const id of this.#before) if (!ids.has(id)) this.noteBefore(id, false)
  }

  /** Writes what is not yet written. Never fails. */
  async save(): Promise<void> {
    if (this.#timer !== undefined) this.#write()
    await this.#writing
  }

  #note(set: Set<string>, key: string, present: boolean): boolean {
    if (set.has(key) === present) return false
    if (present) set.add(key)
    else set.delete(key)
    this.#timer ??= this.#clock.after(limits.ruleMemorySaveMs, () => this.#write())
    return true
  }

  #write(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const content = JSON.stringify({
      version: 1,
      told: [...this.#told],
      lost: [...this.#lost],
      before: [...this.#before],
    })
    this.#writing = this.#writing
      .then(() => replaceFile(this.#path, `${content}\n`))
      .catch((error: unknown) => this.#log.warn('schedule', `Not kept what triggers have said. ${sentenceOf(error)}`))
  }
}
