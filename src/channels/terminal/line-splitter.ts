/** One line as it came in, without its end. `too-long` stands for a line over the bound, whose bytes are gone. */
export type SplitLine = { readonly kind: 'line'; readonly bytes: Buffer } | { readonly kind: 'too-long' }

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Cuts a stream of bytes into lines while holding at most `lineBytesMax` of them. */
export class LineSplitter {
  readonly #lineBytesMax: number
  #parts: Buffer[] = []
  #heldBytes = 0
  #skipping = false

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax
  }

  /** The lines that this chunk completes. A line that is too long is told as soon as that is known, once. */
  push(chunk: Buffer): SplitLine[] {
    const lines: SplitLine[] = []
    let from = 0
    while (from < chunk.length) {
      const end = chunk.indexOf(lineFeed, from)
      this.#hold(chunk.subarray(from, end === -1 ? chunk.length : end), lines)
      if (end === -1) break
      this.#finish(lines)
      from = end + 1
    }
    return lines
  }

  /** The last line, when the stream ended without a line feed. */
  end(): SplitLine[] {
    const lines: SplitLine[] = []
    if (this.#heldBytes > 0 || this.#skipping) this.#finish(lines)
    return lines
  }

  #hold(bytes: Buffer, lines: SplitLine[]): void {
    if (this.#skipping) return
    if (this.#heldBytes + bytes.length > this.#lineBytesMax) {
      this.#parts = []
      this.#heldBytes = 0
      this.#skipping = true
      lines.push({ kind: 'too-long' })
      return
    }
    this.#parts.push(bytes)
    this.#heldBytes += bytes.length
  }

  #finish(lines: SplitLine[]): void {
    if (!this.#skipping) {
      const bytes = Buffer.concat(this.#parts)
      const line = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes
      lines.push({ kind: 'line', bytes: line })
    }
    this.#parts = []
    this.#heldBytes = 0
    this.#skipping = false
  }
}
