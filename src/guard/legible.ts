import { unseen } from '../hidden-characters.ts'
import { shortLine } from '../short-text.ts'

/** What a person is to judge: with what cannot be seen as escapes. Line breaks and tabs stay: a command, a file or a text may have them. */
export function legible(text: string): string {
  return text.replaceAll(unseen, (character) => (/[\n\t]/.test(character) ? character : escaped(character)))
}

/** JSON in which what cannot be seen stands as escapes: still exactly the value. */
export function legibleJson(value: unknown): string {
  return (JSON.stringify(value) ?? '').replaceAll(unseen, escaped)
}

/** One line of at most `charsMax` characters, without what cannot be seen. */
export function legibleLine(text: string, charsMax: number): string {
  return shortLine(text.replaceAll(unseen, ' '), charsMax)
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
