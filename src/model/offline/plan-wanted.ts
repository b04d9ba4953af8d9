import { type Found, optional, phrase, wordAt } from './cursor.ts'
import type { Symbol } from './symbols.ts'

/** What something is to become, as it is said. */
export interface Wanted {
  readonly becomes: { readonly above: number } | { readonly below: number } | { readonly is: string }
  /** It can be no other quantity. */
  readonly isOfTemperature?: boolean
  /** The scale that its number is in, where that is said. */
  readonly scale?: 'c' | 'f'
  /** It means nothing without a time that it lasts. */
  readonly mustLast?: boolean
}

const sides: ReadonlyMap<string, 'above' | 'below'> = new Map([
  ...['above', 'over', 'higher', 'more', 'greater', 'warmer', 'hotter'].map((word) => [word, 'above'] as const),
  ...['below', 'under', 'lower', 'less', 'colder', 'cooler'].map((word) => [word, 'below'] as const),
])
const plainSides: ReadonlySet<string> = new Set(['above', 'over', 'below', 'under'])
const ofTemperature: ReadonlySet<string> = new Set(['warmer', 'hotter', 'colder', 'cooler'])
const verbs: readonly string[] = [
  'is',
  'gets',
  'becomes',
  'goes',
  'rises',
  'climbs',
  'falls',
  'drops',
  'sinks',
  'stays',
]
const states: ReadonlyMap<string, string> = new Map([
  ...['on', 'off', 'open', 'closed', 'pressed', 'released'].map((word) => [word, word] as const),
  ['opened', 'open'],
  ['shut', 'closed'],
])
const events: ReadonlyMap<string, string> = new Map([
  ['opens', 'open'],
  ['closes', 'closed'],
  ['shuts', 'closed'],
])

/** The state as a change, in words that are read as that: `opens`, `turns on`, `is pressed`. */
export function becoming(state: string): string {
  const event = [...events].find(([, becomes]) => becomes === state)?.[0]
  if (event !== undefined) return event
  return state === 'on' || state === 'off' ? `turns ${state}` : `is ${state}`
}

/** What stands behind what it is about: `is above 25`, `drops below 18 degrees`, `is open`, `opens`, `goes off`. */
export function wantedAt(symbols: readonly Symbol[], at: number): Found<Wanted> | undefined {
  return levelAt(symbols, at) ?? stateAt(symbols, at)
}

function levelAt(symbols: readonly Symbol[], at: number): Found<Wanted> | undefined {
  const start = phrase(symbols, at, ['has', 'have'], ['been']) ?? optional(symbols, at, verbs)
  const word = wordAt(symbols, start) ?? ''
  const side = sides.get(word)
  const number = plainSides.has(word) ? start + 1 : phrase(symbols, start + 1, ['than'])
  if (side === undefined || number === undefined) return undefined
  const [, digits, unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([cfv]?)$/.exec(wordAt(symbols, number) ?? '') ?? []
  if (digits === undefined) return undefined
  const percent = phrase(symbols, number + 1, ['%', 'percent', 'v', 'volt', 'volts'])
  const degrees = percent === undefined ? optional(symbols, number + 1, ['degrees', '°']) : percent
  const next = percent ?? optional(symbols, degrees, ['c', 'celsius', 'f', 'fahrenheit'])
  const last = next > degrees ? (wordAt(symbols, degrees) ?? '') : unit
  const scale = last.startsWith('c') ? 'c' : last.startsWith('f') ? 'f' : undefined
  if (unit !== '' && next > number + 1) return undefined
  const isOfTemperature = ofTemperature.has(word) || scale !== undefined || (percent === undefined && next > number + 1)
  const value = Number(digits)
  const becomes = side === 'above' ? { above: value } : { below: value }
  return { value: { becomes, isOfTemperature, ...(scale === undefined ? {} : { scale }) }, next }
}

function stateAt(symbols: readonly Symbol[], at: number): Found<Wanted> | undefined {
  const found = (is: string | undefined, next: number, mustLast = false): Found<Wanted> | undefined =>
    is === undefined ? undefined : { value: { becomes: { is }, mustLast }, next }
  const event = events.get(wordAt(symbols, at) ?? '')
  if (event !== undefined) return found(event, at + 1)
  const switches = phrase(symbols, at, ['turns', 'goes', 'switches', 'comes', 'is', 'gets'], ['on', 'off'])
  const switched = phrase(symbols, at, ['is', 'gets'], ['turned', 'switched'], ['on', 'off'])
  const last = switched ?? switches
  if (last !== undefined) return found(wordAt(symbols, last - 1), last)
  const lasts =
    phrase(symbols, at, ['has'], ['been']) ??
    phrase(symbols, at, ['is'], ['left']) ??
    phrase(symbols, at, ['stays', 'remains'])
  if (lasts !== undefined) return found(states.get(wordAt(symbols, lasts) ?? ''), lasts + 1, true)
  const is = phrase(symbols, at, ['is', 'gets'])
  return is === undefined ? undefined : found(states.get(wordAt(symbols, is) ?? ''), is + 1)
}
