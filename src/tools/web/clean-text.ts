import { unseenButJoining } from '../../hidden-characters.ts'
import { shortLine } from '../../short-text.ts'

/**
 * Takes out what no reader sees and a model would read: control characters, marks that turn or join text, the invisible
 * copies of ASCII. What joins letters and emoji stays.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(unseenButJoining, '')
}

/** On one line, at most so long. */
export function oneLine(text: string, charsMax: number): string {
  return shortLine(cleanText(text), charsMax)
}
