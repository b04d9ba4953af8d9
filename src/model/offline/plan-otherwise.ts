import type { Parsed } from './parsed.ts'
import { renderCalls } from './render.ts'

/** Wordings that may mean several things, and what is offered for them; never done. */
const wordings: readonly (readonly [found: RegExp, instead: string, reason?: string])[] = [
  [/\bif\b/i, 'when', '"if" may mean now, or each time that it comes about.'],
  [
    /\bon at (.+?),? and (?:then )?(?:(?:turn|switch) (?:it )?)?off(?: again)? at\b/i,
    'on from $1 to',
    'I plan one thing at a time.',
  ],
  [/\b(?:twice|two times) (?:a|every|each) day\b/i, 'every day at 7 and 19'],
  [/\b(?:three|3) times (?:a|every|each) day\b/i, 'every day at 7, 13 and 19'],
  [/\bonce (?:a|every|each) week\b|\bweekly\b/i, 'every monday at 7'],
  [/\bevery other day\b/i, 'every day'],
  [/\bnext (?=\w+day\b)/i, 'on '],
  [/\bafter (?=\w+ (?:seconds?|minutes?|hours?|days?)\b)/i, 'in '],
  [/\bat sunset\b/i, 'at 18:00'],
  [/\bat sunrise\b/i, 'at 6:00'],
  // Which of the two is it that lasts `for 5 minutes`?
  [/^(.+?),? (when(?:ever)? .+)$/is, '$2, $1', 'I can read that in more than one way.'],
]

/** For a message that is not understood: one of these wordings put otherwise, where that is understood. */
export function putOtherwise(text: string, parse: (text: string) => Parsed | undefined): Parsed | undefined {
  for (const [found, instead, reason] of wordings) {
    const [words] = found.exec(text) ?? []
    if (words === undefined) continue
    const parsed = parse(text.replace(found, instead))
    if (parsed?.kind !== 'calls') continue
    const notUnderstood = reason === undefined ? words.trim() : text.trim()
    return { kind: 'unclear', notUnderstood, reason, nearest: renderCalls(parsed.calls) }
  }
  return undefined
}
