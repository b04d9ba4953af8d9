import { limits } from '../../limits.ts'
import { toHtml, type Mark, type RichText, type Run } from './rich-text.ts'

/**
 * Cuts a text into messages of at most `unitsMax` UTF-16 units. Telegram counts what is read, not the markup, and after
 * trimming: so this never counts less than it does. Joined, the parts hold every character; only a part of mere white
 * space is left out, which Telegram would refuse. Nothing to read gives no parts.
 */
export function splitRichText(text: RichText, unitsMax: number): readonly RichText[] {
  const source = new Source(text)
  const parts: RichText[] = []
  for (let from = 0; from < source.whole.length;) {
    let to = source.cutAfter(from, unitsMax)
    let part = source.between(from, to)
    // Many long addresses: shorter text, so that what is sent fits too.
    for (let units = (to - from) >> 1; units > 1 && !fitsAsHtml(part); units >>= 1) {
      to = source.cutAfter(from, units)
      part = source.between(from, to)
    }
    if (hasSomethingToRead(source.whole.slice(from, to))) parts.push(part)
    from = to
  }
  return parts
}

/** The same for text without formatting. */
export function splitPlainText(text: string, unitsMax: number): readonly string[] {
  return splitRichText([{ text, marks: [] }], unitsMax).map((part) => part.map((run) => run.text).join(''))
}

function fitsAsHtml(part: RichText): boolean {
  return Buffer.byteLength(toHtml(part)) <= limits.telegramHtmlBytesMax
}

/** Telegram's idea of an empty message: spaces of all kinds and what has no width. */
function hasSomethingToRead(text: string): boolean {
  return /[^\s\p{Z}\p{Cc}\p{Cf}\u2800\ufffc]/u.test(text)
}

interface Span {
  readonly from: number
  readonly to: number
}

class Source {
  readonly whole: string
  readonly #runs: readonly (Run & Span)[]
  /** Where the elements begin and end. */
  readonly #spans = new Map<Mark, Span>()

  constructor(text: RichText) {
    let at = 0
    this.#runs = text.map((run) => ({ ...run, from: at, to: (at += run.text.length) }))
    this.whole = text.map((run) => run.text).join('')
    for (const { marks, from, to } of this.#runs) {
      for (const mark of marks) this.#spans.set(mark, { from: this.#spans.get(mark)?.from ?? from, to })
    }
  }

  between(from: number, to: number): RichText {
    return this.#runs
      .filter((run) => run.to > from && run.from < to)
      .map((run) => ({
        text: run.text.slice(Math.max(0, from - run.from), to - run.from),
        marks: run.marks,
      }))
  }

  /** Where the part that begins at `from` is best cut: the later rules are for text that gives no better place. */
  cutAfter(from: number, unitsMax: number): number {
    const end = from + unitsMax
    if (end >= this.whole.length) return this.whole.length
    const half = from + (unitsMax >> 1)
    const quarter = from + (unitsMax >> 2)
    const isParagraph = (at: number): boolean => this.whole.startsWith('\n\n', at - 2)
    const isLine = (at: number): boolean => this.whole[at - 1] === '\n'
    const code = this.#spanAt('pre', end)
    const codeFitsLater = code !== undefined && code.to - code.from <= unitsMax
    return (
      this.#last(end, half, (at) => isParagraph(at) && !this.#cuts('pre', at)) ??
      this.#last(end, quarter, (at) => isLine(at) && !this.#cuts('pre', at)) ??
      (codeFitsLater && hasSomethingToRead(this.whole.slice(from, code.from)) ? code.from : undefined) ??
      this.#last(end, quarter, isLine) ??
      this.#last(end, half, (at) => this.#isWordEnd(at) && !this.#cuts('a', at) && !this.#cuts('code', at)) ??
      this.#last(end, quarter, (at) => this.#isWordEnd(at)) ??
      this.#characterEnd(from, end)
    )
  }

  /** The last place in (floor, end] that suits. */
  #last(end: number, floor: number, suits: (at: number) => boolean): number | undefined {
    for (let at = end; at > floor; at--) if (suits(at)) return at
    return undefined
  }

  #isWordEnd(at: number): boolean {
    // A mark on a space makes one sign with it.
    return /\s/.test(this.whole[at - 1] ?? '') && !/[\p{M}\u200d]/u.test(this.whole[at] ?? '')
  }

  #cuts(tag: Mark['tag'], at: number): boolean {
    return this.#spanAt(tag, at) !== undefined
  }

  /** The element of this kind that a cut at `at` would part. */
  #spanAt(tag: Mark['tag'], at: number): Span | undefined {
    const mark = this.#runs[this.#runAt(at)]?.marks.find((each) => each.tag === tag)
    const span = mark === undefined ? undefined : this.#spans.get(mark)
    return span !== undefined && span.from < at ? span : undefined
  }

  /** The index of the run that holds the character at `at`. */
  #runAt(at: number): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#runs[middle]?.to ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The end of the last whole character (with its marks, its skin colour, its flag) that fits; of a half one if none does. */
  #characterEnd(from: number, end: number): number {
    const window = this.whole.slice(from, end + 64)
    const character = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(window).containing(end - from)
    if (character === undefined || character.index > 0) return from + (character?.index ?? end - from)
    const next = this.whole.charCodeAt(end)
    const isInsidePair = next >= 0xdc00 && next <= 0xdfff
    return isInsidePair && end - from > 1 ? end - 1 : end
  }
}
