import { limits } from './limits.ts'
import type { Redact } from './log.ts'
import { base64Views } from './secret-base64.ts'
import { knownForms, type KnownForm } from './secret-forms.ts'
import { maskShapes } from './secret-shapes.ts'
import { plainView, unescapedView, type TextView } from './secret-views.ts'

const mask = '[secret]'

type Range = readonly [start: number, end: number]

/**
 * The one function for all ways out. Replaces by `[secret]` the given secrets (those of at least `secretCharsMin`
 * characters) however they are written: in base64 (twice over too) or hexadecimal, under escapes of URLs, JSON or HTML in any mixture,
 * over several lines or with blanks between; and whatever has the shape of a token. What it is given is read as often
 * as there are escapes inside escapes, however many secrets there are. JSON stays JSON.
 */
export function createRedact(secrets: readonly string[]): Redact {
  const known = new KnownForms(secrets.flatMap(knownForms))
  return (text) => maskShapes(known.isEmpty ? text : maskRanges(text, known.rangesIn(text)), mask)
}

/** Whether a secret is long enough to be taken out of texts: shorter ones stand in ordinary words too. */
export function canBeRedacted(secret: string): boolean {
  return secret.replaceAll(/\s/g, '').length >= limits.secretCharsMin
}

/** All forms by a hash of their last characters: these are random where secrets have a beginning in common. */
class KnownForms {
  readonly #forms: readonly KnownForm[]
  readonly #byTail = new Map<number, KnownForm[]>()

  constructor(forms: readonly KnownForm[]) {
    this.#forms = forms
    for (const form of forms) {
      const tail = tailHash(form.text)
      this.#byTail.set(tail, [...(this.#byTail.get(tail) ?? []), form])
    }
  }

  get isEmpty(): boolean {
    return this.#forms.length === 0
  }

  rangesIn(text: string): readonly Range[] {
    const ranges: Range[] = []
    let view: TextView | undefined = plainView(text)
    for (let level = 0; view !== undefined; level++) {
      this.#search(view, ranges)
      for (const inner of base64Views(view)) this.#search(inner, ranges)
      view = level < limits.secretEscapeLevelsMax ? unescapedView(view) : undefined
    }
    return ranges
  }

  #search(view: TextView, ranges: Range[]): void {
    const { codes, starts, ends, length } = view
    let hash = 0
    for (let index = 0; index < length; index++) {
      // Each step pushes the oldest of eight characters out at the top.
      hash = (hash << 4) ^ (codes[index] ?? 0)
      const forms = this.#byTail.get(hash)
      if (forms === undefined) continue
      for (const { text, spillsBefore, spillsBehind } of forms) {
        const first = index + 1 - text.length
        if (first < 0 || !matches(codes, first, text, 0, text.length)) continue
        const from = spillsBefore && first > 0 && isBase64(codes[first - 1]) ? first - 1 : first
        const to = spillsBehind && index + 1 < length && isBase64(codes[index + 1]) ? index + 1 : index
        ranges.push([starts[from] ?? 0, ends[to] ?? 0])
      }
    }
    this.#searchCuts(view, ranges)
  }

  /** A piece of a stream, or a text that was cut, may begin or end inside of a secret. */
  #searchCuts({ codes, starts, ends, length }: TextView, ranges: Range[]): void {
    if (length < limits.secretCharsMin) return
    const [first, last] = [String.fromCharCode(codes[0] ?? 0), String.fromCharCode(codes[length - 1] ?? 0)]
    for (const { text } of this.#forms) {
      const countMax = Math.min(text.length - 1, length)
      // The engine's own search finds the few places at which it is worth looking.
      for (
        let at = text.lastIndexOf(last, countMax - 1);
        at >= limits.secretCharsMin - 1;
        at = before(text, last, at)
      ) {
        const from = length - 1 - at
        if (matches(codes, from, text, 0, at + 1)) ranges.push([starts[from] ?? 0, ends[length - 1] ?? 0])
      }
      const endMin = text.length - countMax
      for (let at = text.indexOf(first, endMin); at !== -1; at = text.indexOf(first, at + 1)) {
        const count = text.length - at
        if (count < limits.secretCharsMin) break
        if (matches(codes, 0, text, at, count)) ranges.push([starts[0] ?? 0, ends[count - 1] ?? 0])
      }
    }
  }
}

function before(text: string, char: string, at: number): number {
  return at === 0 ? -1 : text.lastIndexOf(char, at - 1)
}

function tailHash(text: string): number {
  let hash = 0
  for (let index = Math.max(0, text.length - 8); index < text.length; index++) {
    hash = (hash << 4) ^ text.charCodeAt(index)
  }
  return hash
}

/** Whether the `count` characters of `text` behind `from` stand at `first`. From the end, where they differ soonest. */
function matches(codes: Uint16Array, first: number, text: string, from: number, count: number): boolean {
  for (let index = count - 1; index >= 0; index--) {
    if (codes[first + index] !== text.charCodeAt(from + index)) return false
  }
  return true
}

function isBase64(code: number | undefined): boolean {
  return code !== undefined && /[\w+/=-]/.test(String.fromCharCode(code))
}

function maskRanges(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text
  const parts: string[] = []
  let done = 0
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    // One that begins inside of the one before belongs to it.
    if (start >= done) parts.push(text.slice(done, start), mask)
    done = Math.max(done, end)
  }
  return parts.join('') + text.slice(done)
}
