import { writings } from './secret-writings.ts'

/** How many characters of a writing are looked for. */
const pieceChars = 16

const ways: Readonly<Record<string, (secret: string) => string>> = {
  ...writings,
  backwards: (secret) => Array.from(secret).toReversed().join(''),
}

interface Find {
  readonly name: string
  readonly way: string
}

/** Looks for secrets in whatever came out, however they are written. What is packed or enciphered is not found. */
export class CanarySearch {
  /** A piece from the middle of each writing, so that its neighbours do not matter: no other text has it. */
  readonly #pieces = new Map<string, Find>()

  constructor(secrets: Readonly<Record<string, string>> = {}) {
    for (const [name, secret] of Object.entries(secrets)) this.plant(name, secret)
  }

  /** `secret`: of at least 20 characters, with none of its beginning or end in common with other texts. */
  plant(name: string, secret: string): void {
    const bare = secret.replaceAll(/-----(BEGIN|END) PRIVATE KEY-----/g, '')
    if (bare.length < 20) throw new Error(`${name} is too short to be looked for.`)
    for (const [way, write] of Object.entries(ways)) {
      const written = squeezed(write(bare))
      const middle = Math.floor((written.length - pieceChars) / 2)
      const piece = written.slice(middle, middle + pieceChars)
      // Spelt out with blanks it is the same as it is.
      if (!this.#pieces.has(piece)) this.#pieces.set(piece, { name, way })
    }
  }

  get pieces(): number {
    return this.#pieces.size
  }

  /** The names of what is in there, each with how it is written. Takes as long as the text is, however many secrets there are. */
  found(text: string): readonly Find[] {
    const bytes = squeezed(text)
    const finds = new Set<Find>()
    for (let at = 0; at + pieceChars <= bytes.length; at++) {
      const find = this.#pieces.get(bytes.slice(at, at + pieceChars))
      if (find !== undefined) finds.add(find)
    }
    return [...finds]
  }
}

/** Without white space, and with one backslash for as many as JSON inside of JSON makes of it. */
function squeezed(text: string): string {
  return text.replaceAll(/\s/g, '').replaceAll(/\\+/g, '\\')
}
