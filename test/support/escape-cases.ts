import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'

/**
 * The tally of one class of attacks. A case is a trick, by one mechanism, at one entry point; all spellings of it count
 * as one case, and each as one try.
 */
export class EscapeTally {
  readonly #class: string
  readonly #cases = new Set<string>()
  #tries = 0

  constructor(className: string) {
    this.#class = className
  }

  count(trick: string, mechanism: string, entry: string, tries = 1): void {
    this.#cases.add(JSON.stringify([trick, mechanism, entry]))
    this.#tries += tries
  }

  /** Fails where the class has shrunk: a table that came out empty would pass every test. */
  atLeast(t: Test, cases: number): void {
    const sentence = `${this.#class}: ${this.#cases.size} cases in ${this.#tries} tries, and none got through`
    t.ok(this.#cases.size >= cases, sentence)
    t.comment(sentence)
  }
}

/** All that stands under a folder: names, kinds, modes, owners, times and bytes. `except`: names at its top. */
export function hashTree(folder: string, except: readonly string[] = []): string {
  const hash = createHash('sha256')
  const add = (path: string, name: string): void => {
    const stats = fs.lstatSync(path)
    hash.update(`${name}\0${stats.mode}\0${stats.uid}\0${stats.gid}\0${stats.size}\0${stats.mtimeMs}\0`)
    if (stats.isSymbolicLink()) hash.update(fs.readlinkSync(path))
    if (stats.isFile()) hash.update(fs.readFileSync(path))
    if (!stats.isDirectory()) return
    for (const each of fs.readdirSync(path).toSorted()) add(join(path, each), `${name}/${each}`)
  }
  for (const name of fs.readdirSync(folder).toSorted()) if (!except.includes(name)) add(join(folder, name), name)
  return hash.digest('hex')
}
