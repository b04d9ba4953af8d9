import { phrase } from './cursor.ts'
import type { Symbol } from './symbols.ts'

const days = ['morning', 'afternoon', 'evening', 'day']
const opening: readonly (readonly (readonly string[])[])[] = [
  [['good'], days],
  [['thank'], ['you'], ['very'], ['much']],
  [['thank'], ['you']],
  [['hello', 'hi', 'hey', 'ok', 'okay', 'pincer', 'thanks', 'now', ',']],
]
const closing: readonly (readonly (readonly string[])[])[] = [
  [['thank'], ['you'], ['very'], ['much']],
  [['thank'], ['you']],
  [['thanks', 'pincer', 'now', ',']],
]

/** Leaves out greetings and thanks at both ends of a sentence. */
export function withoutCourtesy(symbols: readonly Symbol[]): readonly Symbol[] {
  let start = 0
  let end = symbols.length
  for (;;) {
    const rest = symbols.slice(0, end)
    const opened = opening.find((words) => phrase(rest, start, ...words) !== undefined)
    const closed = closing.find(
      (words) => end - words.length >= start && phrase(rest, end - words.length, ...words) === end,
    )
    if (opened !== undefined) start += opened.length
    else if (closed !== undefined) end -= closed.length
    else return symbols.slice(start, end)
  }
}
