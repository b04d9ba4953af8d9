/** What models write in Markdown, by their HTML names. Any other reference stays as it was written. */
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  deg: '°',
  plusmn: '±',
  times: '×',
  micro: 'µ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
}

/** `&deg;` and `&#176;` as the characters that they mean. */
export function withCharactersFor(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,8}));/g, (reference, decimal, hex, name) => {
    if (typeof name === 'string') return Object.hasOwn(named, name) ? (named[name] ?? reference) : reference
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16)
    const isCharacter = code >= 0x20 && code <= 0x10_ffff && !(code >= 0x7f && code < 0xa0)
    return isCharacter ? String.fromCodePoint(code).toWellFormed() : reference
  })
}

/**
 * Text that Telegram takes as it is. It would swallow line separators and turn tabs and controls into single spaces;
 * half a character, or a NUL, would make the whole message one that cannot be sent.
 */
export function legible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\x85\u2028\u2029]/g, '\n')
    .replaceAll('\t', '    ')
    .replaceAll(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, '\ufffd')
}
