import { stripVTControlCharacters } from 'node:util'

// East Asian wide characters and pictures take two columns; marks, joiners and variation selectors none. Where a
// terminal thinks otherwise, a row ends a little early or is broken by the terminal itself: nothing is lost.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const narrow = /\p{M}|\p{Cf}/u

/** How many columns a text takes on a terminal, colours left out. */
function columnsOf(text: string): number {
  let columns = 0
  for (const character of stripVTControlCharacters(text)) {
    if (wide.test(character)) columns += 2
    else if (!narrow.test(character)) columns += 1
  }
  return columns
}

/**
 * Breaks long lines between words, so that the terminal need not break them inside. Words that are too long stay whole.
 * A terminal that does not know its width, as on a serial line, has none or 0 columns: nothing is broken then.
 */
export function wrapText(text: string, columns: number | undefined): string {
  if (columns === undefined || columns === 0) return text
  return text
    .split('\n')
    .map((line) => (columnsOf(line) <= columns ? line : wrapLine(line, columns)))
    .join('\n')
}

function wrapLine(line: string, columns: number): string {
  const rows: string[] = []
  let row = ''
  for (const [word] of line.matchAll(/\s*\S+/gu)) {
    if (row !== '' && columnsOf(row) + columnsOf(word) > columns) {
      rows.push(row)
      row = word.trimStart()
    } else row += word
  }
  return [...rows, row].join('\n')
}
