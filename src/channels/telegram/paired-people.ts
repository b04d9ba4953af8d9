import { join } from 'node:path'
import * as v from 'valibot'
import { readIfThere, replaceFile, setAside } from '../../files.ts'
import { readJson } from '../../json-text.ts'
import type { Log } from '../../log.ts'

export interface PairedPerson {
  readonly id: number
  /** As it was when they were paired, for display. */
  readonly name: string
  /** Wall clock ms. */
  readonly pairedAtMs: number
}

const shape = v.object({
  version: v.literal(1),
  people: v.array(
    v.object({ id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), name: v.string(), pairedAtMs: v.number() }),
  ),
})

/** Who is paired, on the disk. PincerError `disk` when it cannot be read or written. */
export class PairedPeople {
  readonly #path: string
  readonly #log: Log
  #people: readonly PairedPerson[] = []

  constructor(options: { readonly stateFolder: string; readonly log: Log }) {
    this.#path = join(options.stateFolder, 'telegram-paired.json')
    this.#log = options.log
  }

  /** A file that cannot be understood gives nobody a right: it is set aside, and said. */
  async load(nowMs: number): Promise<void> {
    const text = await readIfThere(this.#path)
    if (text === undefined) return
    const read = readJson(shape, text)?.people
    if (read !== undefined) {
      this.#people = read
      return
    }
    const aside = await setAside(this.#path, nowMs)
    this.#log.error(
      'telegram',
      `The list of paired people was damaged, so nobody is paired now: it is kept as ${aside}; pair them again.`,
    )
  }

  list(): readonly PairedPerson[] {
    return this.#people
  }

  /** They are paired once this resolves. */
  async add(person: PairedPerson): Promise<void> {
    const people = [...this.#people.filter(({ id }) => id !== person.id), person]
    await this.#write(people)
    this.#people = people
  }

  /** They have no right from this moment on, even if the disk fails: then it rejects, and a restart would forget it. */
  async remove(id: number): Promise<void> {
    this.#people = this.#people.filter((person) => person.id !== id)
    await this.#write(this.#people)
  }

  async #write(people: readonly PairedPerson[]): Promise<void> {
    await replaceFile(this.#path, `${JSON.stringify({ version: 1, people }, undefined, 2)}\n`)
  }
}
