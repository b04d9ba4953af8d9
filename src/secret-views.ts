/** A text as it is searched: its characters without white space and what has no width, and where each stands in the text. */
export interface TextView {
  readonly codes: Uint16Array
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** How many of the places are used. */
  readonly length: number
}

/** The text without its white space: what is broken into lines, or spelt with blanks, is found all the same. */
export function plainView(text: string): TextView {
  const codes = new Uint16Array(text.length)
  const starts = new Uint32Array(text.length)
  const ends = new Uint32Array(text.length)
  let length = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isSpace(code)) continue
    codes[length] = code
    starts[length] = index
    ends[length++] = index + 1
  }
  return { codes, starts, ends, length }
}

/** The same with one level of escapes taken off, undefined where there is none. */
export function unescapedView(view: TextView): TextView | undefined {
  const { codes, starts, ends, length } = view
  if (!hasEscape(view)) return undefined
  const to = { codes: new Uint16Array(length), starts: new Uint32Array(length), ends: new Uint32Array(length) }
  let count = 0
  let index = 0
  const put = (code: number, from: number, end: number): void => {
    if (isSpace(code)) return
    to.codes[count] = code
    to.starts[count] = starts[from] ?? 0
    to.ends[count++] = ends[end - 1] ?? 0
  }
  while (index < length) {
    const escape = escapeAt(codes, index, length)
    if (escape === undefined) {
      put(codes[index] ?? 0, index, index + 1)
      index++
      continue
    }
    for (const code of escape.codes) put(code, index, index + escape.length)
    index += escape.length
  }
  return { ...to, length: count }
}

function hasEscape({ codes, length }: TextView): boolean {
  for (let index = 0; index < length; index++) if (escapeAt(codes, index, length) !== undefined) return true
  return false
}

interface Escape {
  /** UTF-16 units that it stands for. */
  readonly codes: readonly number[]
  /** How many characters it has. */
  readonly length: number
}

function escapeAt(codes: Uint16Array, index: number, length: number): Escape | undefined {
  const code = codes[index]
  if (code === percent) return percentEscape(codes, index, length)
  if (code === backslash) return backslashEscape(codes, index, length)
  if (code === ampersand) return characterReference(codes, index, length)
  return undefined
}

const [percent, backslash, ampersand] = [0x25, 0x5c, 0x26]

/** `%2F`. */
function percentEscape(codes: Uint16Array, index: number, length: number): Escape | undefined {
  const byteAt = (at: number): number => (codes[at] === percent && at + 2 < length ? hexAt(codes, at + 1, 2) : -1)
  return bytesEscape(index, 3, byteAt)
}

/** Escapes of `width` characters that stand for bytes; of a character that has several bytes, all of them. */
function bytesEscape(index: number, width: number, byteAt: (at: number) => number): Escape | undefined {
  const first = byteAt(index)
  if (first < 0) return undefined
  const bytesMax = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  const bytes = [first]
  while (bytes.length < bytesMax) {
    const next = byteAt(index + width * bytes.length)
    if (next < 0x80 || next > 0xbf) break
    bytes.push(next)
  }
  const isWhole = bytes.length === bytesMax
  const text = isWhole ? Buffer.from(bytes).toString() : String.fromCharCode(first)
  return { codes: unitsOf(text), length: isWhole ? width * bytesMax : width }
}

const backslashNames: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

/** `\n`, `\"`, `\/`, `\x41`, `\u0041`, `\101`: as JSON and most languages write them. */
function backslashEscape(codes: Uint16Array, index: number, length: number): Escape | undefined {
  if (index + 1 >= length) return undefined
  const next = codes[index + 1] ?? 0
  const digits = next === 0x75 ? 4 : next === 0x78 ? 2 : 0
  const code = digits > 0 && index + 1 + digits < length ? hexAt(codes, index + 2, digits) : -1
  if (code >= 0) return { codes: [code], length: 2 + digits }
  const octal = bytesEscape(index, 4, (at) => (codes[at] === backslash ? octalAt(codes, at + 1, length) : -1))
  if (octal !== undefined) return octal
  return { codes: [backslashNames[String.fromCharCode(next)] ?? next], length: 2 }
}

const referenceNames: Readonly<Record<string, number>> = { amp: 0x26, lt: 0x3c, gt: 0x3e, quot: 0x22, apos: 0x27 }

/** `&amp;`, `&#38;`, `&#x26;`. */
function characterReference(codes: Uint16Array, index: number, length: number): Escape | undefined {
  const text = String.fromCharCode(...codes.subarray(index, Math.min(length, index + 8)))
  const [whole, name = '', decimal = '', hexadecimal = ''] = /^&(?:([a-z]+)|#(\d+)|#x([\da-f]+));/i.exec(text) ?? []
  if (whole === undefined) return undefined
  const number = decimal === '' ? Number.parseInt(hexadecimal, 16) : Number(decimal)
  const code = name === '' ? number : referenceNames[name]
  return code === undefined || code > 0xffff ? undefined : { codes: [code], length: whole.length }
}

/** Three octal digits as printf and C take them, -1 where there are none. */
function octalAt(codes: Uint16Array, index: number, length: number): number {
  if (index + 3 > length) return -1
  let value = 0
  for (let at = index; at < index + 3; at++) {
    const digit = (codes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) return -1
    value = value * 8 + digit
  }
  return value < 0x100 ? value : -1
}

/** The number that these digits write, -1 where they are none. */
function hexAt(codes: Uint16Array, index: number, digits: number): number {
  let value = 0
  for (let at = index; at < index + digits; at++) {
    const code = codes[at] ?? 0
    const digit =
      code >= 0x30 && code <= 0x39
        ? code - 0x30
        : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x66
          ? (code | 0x20) - 0x57
          : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

function unitsOf(text: string): readonly number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
}

/** Also what has no width: a secret with such between its letters looks like itself, and is copied as itself. */
function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  return code === 0xa0 || code === 0xad || (code >= 0x200b && code <= 0x200f) || isRareSpace(code)
}

function isRareSpace(code: number): boolean {
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x2069) || code === 0xfeff
}
