import { shortLine } from '../../short-text.ts'

/**
 * Takes out what no reader sees and a model would read: control characters, marks that turn or join text, the invisible
 * copies of ASCII. What joins letters and emoji stays.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(unseen, '')
}

/** On one line, at most so long. */
export function oneLine(text: string, charsMax: number): string {
  return shortLine(cleanText(text), charsMax)
}

const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu
