import type { Parsed } from './parsed.ts'
import { renderCalls } from './render.ts'

/** A wording that may mean several things, or that the grammar does not have. */
interface Wording {
  readonly found: RegExp
  /** As in String.replace. */
  readonly instead: string | ((...found: string[]) => string)
  /** A sentence; none where the words alone say what was not understood. */
  readonly reason?: string
}

const oneAtATime = 'I plan one thing at a time.'
const clock = String.raw`\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?`

/** What is offered for them; never done. */
const wordings: readonly Wording[] = [
  { found: /^(?:could|can|would|will) you (?:please )?(.+?)\?*$/is, instead: '$1' },
  { found: /,? (?:thanks|thank you|cheers)[.! ]*$/i, instead: '' },
  { found: /\bif\b/i, instead: 'when', reason: '"if" may mean now, or each time that it comes about.' },
  {
    found: /\bwhile\b/i,
    instead: 'when',
    reason: 'I act when something begins, and change nothing back when it ends: that is a second job.',
  },
  { found: /\b(?:every|each) time\b/i, instead: 'when' },
  { found: /\b(?:exceeds|reaches|hits)\b/i, instead: 'is above' },
  { found: /\b(?:for )?(?:longer|more) than (?=\w+ (?:s|m|h|d)[a-z]*\b)/i, instead: 'for ' },
  { found: /\b(\w+ (?:seconds?|minutes?|mins?|hours?|days?)) (?:from now|later)\b/i, instead: 'in $1' },
  {
    found: /\bon at (.+?),? and (?:then )?(?:(?:turn|switch) (?:it )?)?off(?: again)? at\b/i,
    instead: 'on from $1 to',
    reason: oneAtATime,
  },
  {
    found: new RegExp(
      String.raw`\bon at (${clock}),? and (?:then )?(?:(?:turn|switch) (?:it )?)?off(?: again)? at (${clock})$`,
      'i',
    ),
    instead: 'on from $1 to $2 every day',
    reason: 'I plan one thing at a time, and need to know on which days.',
  },
  {
    found: new RegExp(String.raw`\b(?:from|between) ${clock} (?:to|until|till|and) ${clock}$`, 'i'),
    instead: '$& every day',
    reason: 'I need to know on which days.',
  },
  {
    found: new RegExp(String.raw`\bat (${clock})(?:,? and|,) (?:at )?${clock}`, 'i'),
    instead: 'at $1',
    reason: 'Times of a day whose minutes differ need a message each.',
  },
  { found: /\b(?:twice|two times) (?:a|every|each) day\b/i, instead: 'every day at 7 and 19' },
  { found: /\b(?:three|3) times (?:a|every|each) day\b/i, instead: 'every day at 7, 13 and 19' },
  { found: /\bonce (?:a|every|each) week\b|\bweekly\b/i, instead: 'every monday at 7' },
  {
    found: /\bevery (?:other|second) day\b/i,
    instead: 'every monday, wednesday and friday',
    reason: 'I plan by the days of the week.',
  },
  {
    found: /\b(?:(?:every|on|from) )?mon(?:day)? ?(?:-|–|to|through|until) ?fri(?:day)?\b/i,
    instead: 'every weekday',
  },
  { found: /\bnext (?=\w+day\b)/i, instead: 'on ' },
  { found: /\bafter (?=\w+ (?:seconds?|minutes?|hours?|days?)\b)/i, instead: 'in ' },
  { found: /\b(?:an|one|1) hour and a half\b/i, instead: '90 minutes' },
  { found: /\b(?:a )?quarter (?:of an )?hour\b/i, instead: '15 minutes' },
  { found: /\bat (?:sunset|dusk)\b/i, instead: 'at 18:00', reason: 'I do not know when the sun sets.' },
  { found: /\bat (?:sunrise|dawn)\b/i, instead: 'at 6:00', reason: 'I do not know when the sun rises.' },
  { found: /(?: is)? ?(?:>|≥) ?(?=\d)/, instead: ' is above ' },
  { found: /(?: is)? ?(?:<|≤) ?(?=\d)/, instead: ' is below ' },
  {
    found: /\b(\d+(?:\.\d+)?) ?°? ?(?:degrees )?f(?:ahrenheit)?\b/i,
    instead: (_, degrees = '') => `${rounded((Number(degrees) - 32) / 1.8)}°C`,
    reason: 'Temperatures are read in °C here.',
  },
  {
    found: /\b(\d+(?:\.\d+)?) ?°? ?(?:degrees )?c(?:elsius)?\b/i,
    instead: (_, degrees = '') => `${rounded(Number(degrees) * 1.8 + 32)}°F`,
    reason: 'Temperatures are read in °F here.',
  },
  { found: /\brun (?=(?:the )?[\w-]+ (?:for|every|each|at|in|on|daily)\b)/i, instead: 'turn on ' },
  { found: /^what(?:'s|’s| is) (?:planned|scheduled)\b.*$/i, instead: 'list jobs' },
  { found: /^when (?:does|will|is) .*\bnext\b.*$/i, instead: 'list jobs' },
  // Which of the two is it that lasts `for 5 minutes`?
  { found: /^(.+?),? (when(?:ever)? .+)$/is, instead: '$2, $1', reason: 'I can read that in more than one way.' },
]

function rounded(degrees: number): string {
  return String(Number(degrees.toFixed(1)))
}

/** For a message that is not understood: one or more of these wordings put otherwise, where that is understood. */
export function putOtherwise(text: string, parse: (text: string) => Parsed | undefined): Parsed | undefined {
  return putFrom(text, wordings, parse)
}

function putFrom(
  text: string,
  from: readonly Wording[],
  parse: (text: string) => Parsed | undefined,
): Parsed | undefined {
  for (const [index, { found, instead, reason }] of from.entries()) {
    const [words] = found.exec(text) ?? []
    if (words === undefined) continue
    const otherwise = typeof instead === 'string' ? text.replace(found, instead) : text.replace(found, instead)
    const parsed = parse(otherwise)
    if (parsed?.kind === 'calls') {
      const notUnderstood = reason === undefined ? words.trim() : text.trim()
      return { kind: 'unclear', notUnderstood, reason, nearest: renderCalls(parsed.calls) }
    }
    const further = putFrom(otherwise, from.slice(index + 1), parse)
    if (further?.kind !== 'unclear') continue
    return { ...further, notUnderstood: text.trim(), reason: reason ?? further.reason }
  }
  return undefined
}
