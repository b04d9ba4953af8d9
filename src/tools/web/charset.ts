import { limits } from '../../limits.ts'

/**
 * The text of a body, as browsers read it: the mark at its beginning goes before the header, that before what the page
 * says of itself, and what says nothing is UTF-8 where it can be and else windows-1252. `isCut`: it may end within a
 * character.
 */
export function decodeText(bytes: Uint8Array, charset: string | undefined, isCut: boolean): string {
  const declared = markOf(bytes) ?? known(charset) ?? known(ownWord(bytes))
  if (declared !== undefined) return new TextDecoder(declared).decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Whether it is no text, whatever it calls itself: text has no such bytes but in UTF-16, which begins with its mark. */
export function looksBinary(bytes: Uint8Array): boolean {
  if (markOf(bytes) !== undefined) return false
  const beginning = bytes.subarray(0, limits.webSniffBytes)
  return beginning.some((byte) => byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b)
}

function markOf(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined
}

/** `<meta charset=…>`, `<meta http-equiv … charset=…>` and `<?xml encoding=…?>`, all in plain letters. */
function ownWord(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, limits.webSniffBytes)).toString('latin1')
  const word =
    /<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})/i.exec(beginning)?.[1] ??
    /^\s{0,99}<\?xml\b[^>]{0,300}?\bencoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})/i.exec(beginning)?.[1]
  // It was read byte by byte, so it cannot be in two bytes a letter.
  return word !== undefined && /^utf-?16/i.test(word) ? 'utf-8' : word
}

/** Undefined for a name that no decoder here knows. */
function known(charset: string | undefined): string | undefined {
  if (charset === undefined) return undefined
  try {
    return new TextDecoder(charset).encoding
  } catch {
    return undefined
  }
}
