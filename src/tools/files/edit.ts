import { PincerError } from '../../errors.ts'
import { withLineEndsOf } from '../../guard/line-ends.ts'
import { limits } from '../../limits.ts'
import { occurrences } from './occurrences.ts'
import { linesOf } from './page.ts'

/**
 * The text with its only occurrence of `oldText` replaced. Anything else is PincerError `bad_call`: how often it stands
 * there and where, or the line that is most like it, so that the next call can be right. In a file of \r\n lines a
 * plain \n stands for those: models write no other.
 */
export function replaceOnce(
  text: string,
  options: { readonly oldText: string; readonly newText: string; readonly path: string },
): string {
  const { path } = options
  const oldText = withLineEndsOf(text, options.oldText)
  const newText = withLineEndsOf(text, options.newText)
  if (oldText === '') throw new PincerError('bad_call', 'old_text is empty: give the text in the file to replace.')
  if (oldText === newText) throw new PincerError('bad_call', 'old_text and new_text are the same: nothing to change.')
  const places = occurrences(text, oldText)
  const [place] = places
  if (place === undefined) throw new PincerError('bad_call', absent(text, oldText, path))
  if (places.length > 1) {
    const lines = places.slice(0, limits.editPlacesShownMax).map((at) => lineNumberAt(text, at))
    const more = places.length > limits.editPlacesShownMax ? ', ...' : ''
    throw new PincerError(
      'bad_call',
      `old_text stands ${places.length} times in ${path} (lines ${lines.join(', ')}${more}): add the text around the one you mean.`,
    )
  }
  return text.slice(0, place) + newText + text.slice(place + oldText.length)
}

const likenessMin = 0.3

function lineNumberAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}

function absent(text: string, oldText: string, path: string): string {
  const says = `old_text does not stand in ${path}, letter for letter`
  if (text.includes('\r\n') && occurrences(text.replaceAll('\r\n', '\n'), oldText).length > 0) {
    return `${says}: some of the file's lines end with \\r\\n.`
  }
  const nearest = nearestLine(linesOf(text), firstLine(oldText))
  if (nearest === undefined) return `${says}, and no line is like it: read the file first.`
  return `${says}; the nearest is line ${nearest.number}: ${nearest.line.slice(0, limits.editLineCharsMax).toWellFormed()}`
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '') ?? text
}

/** The line that shares most pairs of letters with `wanted` (Dice's coefficient), if any is like it at all. */
function nearestLine(lines: readonly string[], wanted: string): { number: number; line: string } | undefined {
  const wantedPairs = pairsOf(wanted)
  let best: { number: number; line: string } | undefined
  let bestLikeness = likenessMin
  for (const [index, line] of lines.entries()) {
    const pairs = pairsOf(line)
    let sharedCount = 0
    for (const pair of wantedPairs) if (pairs.has(pair)) sharedCount++
    const likeness = (2 * sharedCount) / (wantedPairs.size + pairs.size)
    if (likeness > bestLikeness) {
      bestLikeness = likeness
      best = { number: index + 1, line }
    }
  }
  return best
}

function pairsOf(text: string): Set<string> {
  const letters = text.toLowerCase().replaceAll(/\s+/g, ' ').trim().slice(0, limits.editLineCharsMax)
  const pairs = new Set<string>()
  for (let at = 0; at < letters.length - 1; at++) pairs.add(letters.slice(at, at + 2))
  return pairs
}
