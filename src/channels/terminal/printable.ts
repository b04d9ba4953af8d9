import { misleadingInText } from '../../hidden-characters.ts'

/**
 * What a model, a file or a web page wrote must not drive the terminal: no escape sequence may move the cursor, set the
 * clipboard or the title, and no direction override may make a question read differently from what will run.
 */

/** Replaces what a terminal would obey by a visible sign. Line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(misleadingInText, visibleSign)
}

/** As `printable`, on one line: line breaks and tabs become visible too. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]/g, visibleSign)
}

function visibleSign(character: string): string {
  const code = character.charCodeAt(0)
  // Unicode has a picture for each of the old controls: ESC reads as one small sign.
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}
