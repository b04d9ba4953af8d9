/**
 * Every place where `wanted` stands in `text`, overlapping ones too; `wanted` is not empty. By Knuth, Morris and Pratt,
 * for String.indexOf takes the product of both lengths where letters repeat: half a minute for what one call may hold.
 */
export function occurrences(text: string, wanted: string): readonly number[] {
  const borders = bordersOf(wanted)
  const places: number[] = []
  let matched = 0
  for (let at = 0; at < text.length; at++) {
    matched = extend(wanted, borders, matched, text.charCodeAt(at))
    if (matched < wanted.length) continue
    places.push(at - wanted.length + 1)
    matched = borders[matched - 1] ?? 0
  }
  return places
}

/** For each beginning of `wanted`: how long the longest shorter beginning is that it also ends with. */
function bordersOf(wanted: string): Int32Array {
  const borders = new Int32Array(wanted.length)
  for (let at = 1; at < wanted.length; at++) {
    borders[at] = extend(wanted, borders, borders[at - 1] ?? 0, wanted.charCodeAt(at))
  }
  return borders
}

/** How much of `wanted` is matched after one more letter. */
function extend(wanted: string, borders: Int32Array, matched: number, letter: number): number {
  let length = matched
  while (length > 0 && wanted.charCodeAt(length) !== letter) length = borders[length - 1] ?? 0
  return wanted.charCodeAt(length) === letter ? length + 1 : length
}
