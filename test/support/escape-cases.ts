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
