/**
 * What pincer.yaml can name and this version cannot do. The version that brings a part deletes its lines, or its words.
 * `*` stands for any name or place in a list.
 */
export interface MissingPart {
  readonly path: readonly string[]
  /** Values of the key that this version does have; none: the key itself is too much. */
  readonly has: readonly unknown[]
  /** Reads on after "This version has no ". */
  readonly what: string
  /** A whole sentence. */
  readonly fix: string
}

export const missingParts: readonly MissingPart[] = [
  { path: ['channels', 'discord'], has: [], what: 'Discord', fix: 'Remove it and use the terminal.' },
]
