/**
 * Whether `wanted` stands in `text` word for word and as a whole: `https://a.org/x` does not stand in
 * `https://a.org/xy`, nor does `https://a.org`.
 */
export function standsIn(text: string, wanted: string): boolean {
  if (wanted === '') return false
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const before = text.slice(0, at)
    const behind = text.slice(at + wanted.length)
    if (/(^|[\s"'(<[])$/.test(before.slice(-1)) && /^[.,;:!?"')>\]]*(\s|$)/.test(behind.slice(0, 40))) return true
  }
  return false
}
