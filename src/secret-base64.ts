import type { TextView } from './secret-views.ts'

/** What base64 has no character for: so much that no byte comes of it. */
const none = 0x1000
/** By character: the six bits that it stands for, in both alphabets. */
const sextets = Uint16Array.from({ length: 128 }, (_, code) => {
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(code))
  return at >= 0 ? at : code === 0x2d ? 62 : code === 0x5f ? 63 : none
})

/**
 * What base64 in a text says where that is base64, hexadecimal or one long word in turn: a secret that is written twice
 * over depends on all that stands before it, and on the lines into which its inner writing was broken. A view for each
 * of the four places in a group at which the text may have been cut; none of almost every text.
 */
export function base64Views(view: TextView): readonly TextView[] {
  const { codes, length } = view
  const bits = new Uint16Array(length + 3).fill(none)
  for (let index = 0; index < length; index++) {
    const code = codes[index] ?? 0
    if (code < 128) bits[index] = sextets[code] ?? none
  }
  return [0, 1, 2, 3].flatMap((offset) => innerView(view, bits, offset))
}

/** Eight characters, the shortest that is searched for, hold two whole groups: most text has no such pair anywhere. */
function innerView(view: TextView, bits: Uint16Array, offset: number): readonly TextView[] {
  const { length } = view
  let said: Said | undefined
  for (let index = offset; index + 8 <= length; index += 4) {
    if (!isInnerGroup(bits, index) || !isInnerGroup(bits, index + 4)) continue
    let end = index + 8
    while (end + 4 <= length && isInnerGroup(bits, end)) end += 4
    said ??= new Said(view)
    // The groups at both ends may belong to it in part.
    for (let at = Math.max(0, index - 4); at < Math.min(end + 4, length - 1); at++) {
      const byte = byteAt(bits, at, (at - offset) & 3)
      // No secret has a 0: what is no inner writing parts what stands at its sides.
      if (byte !== undefined && !isBlank(byte)) said.put(isWord(byte) ? byte : 0, at)
    }
    said.put(0, end - 1)
    index = end
  }
  return said === undefined ? [] : [said.view()]
}

class Said {
  readonly #codes: Uint16Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #outer: TextView
  #length = 0

  constructor(outer: TextView) {
    this.#outer = outer
    // Neighbours may share a group, and be as short as two.
    const most = 2 * outer.length
    this.#codes = new Uint16Array(most)
    this.#starts = new Uint32Array(most)
    this.#ends = new Uint32Array(most)
  }

  /** A character that begins in the one at `place` and ends in the next; one 0 is enough, and none at the beginning. */
  put(code: number, place: number): void {
    if (code === 0 && (this.#length === 0 || this.#codes[this.#length - 1] === 0)) return
    this.#codes[this.#length] = code
    this.#starts[this.#length] = this.#outer.starts[place] ?? 0
    this.#ends[this.#length++] = this.#outer.ends[place + 1] ?? 0
  }

  view(): TextView {
    // A text that was cut may end inside of a secret: then nothing stands behind that.
    const length = this.#codes[this.#length - 1] === 0 ? this.#length - 1 : this.#length
    return { codes: this.#codes, starts: this.#starts, ends: this.#ends, length }
  }
}

/** Whether these four characters say three that inner writing may have, or blanks of its lines. */
function isInnerGroup(bits: Uint16Array, index: number): boolean {
  const [b, c] = [bits[index + 1] ?? none, bits[index + 2] ?? none]
  return (
    isInner(((bits[index] ?? none) << 2) | (b >> 4)) &&
    isInner(((b & 15) << 4) | (c >> 2)) &&
    isInner(((c & 3) << 6) | (bits[index + 3] ?? none))
  )
}

/** The byte that begins in this character, the `nth` of its group; `undefined` in the last one, where none begins. */
function byteAt(bits: Uint16Array, index: number, nth: number): number | undefined {
  const [first, second] = [bits[index] ?? none, bits[index + 1] ?? none]
  if (nth === 3) return undefined
  if (first === none || second === none) return 0
  return ((first << (2 + 2 * nth)) & 0xff) | (second >> (4 - 2 * nth))
}

function isInner(byte: number): boolean {
  return isWord(byte) || isBlank(byte)
}

function isWord(byte: number): boolean {
  return byte < 128 && sextets[byte] !== none
}

/** As blanks and ends of lines stand in bytes. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
