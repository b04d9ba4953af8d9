import { type Found, listSeparator, phrase, wordAt } from './cursor.ts'
import type { Symbol } from './symbols.ts'
import { type PartOfDay, partAt } from './time-of-day.ts'

/** The days that a plan is for. */
export type Days = { readonly part: PartOfDay | undefined } & (
  | { readonly kind: 'once'; readonly day: string }
  /** `fields`: the last three of a cron expression: day of the month, month, weekday. */
  | { readonly kind: 'repeated'; readonly fields: string }
)

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/**
 * `tomorrow`, `on monday`, `this evening`; `every day`, `on weekdays`, `every monday and friday`, `every sunday morning`,
 * `on the 1st of every month`.
 */
export function daysAt(symbols: readonly Symbol[], at: number): Found<Days> | undefined {
  const days = repeatedAt(symbols, at) ?? onceAt(symbols, at)
  if (days === undefined || days.value.part !== undefined) return days
  const part = partAt(symbols, days.next)
  return part === undefined || (days.value.kind === 'once' && days.value.day === 'today')
    ? days
    : { value: { ...days.value, part: part.value }, next: part.next }
}

/** As a message would say it: `every monday and friday`. */
export function daysText(fields: string): string {
  const [date = '*', , weekday = '*'] = fields.split(' ')
  if (date !== '*') return `on the ${ordinals[Number(date)] ?? date} of every month`
  if (weekday === '*') return 'every day'
  if (weekday === '1-5') return 'every weekday'
  return `every ${weekday
    .split(',')
    .map((day) => weekdays[Number(day)] ?? '')
    .join(' and ')}`
}

function onceAt(symbols: readonly Symbol[], at: number): Found<Days> | undefined {
  const once = (day: string, next: number, part?: PartOfDay): Found<Days> => ({
    value: { kind: 'once', day, part },
    next,
  })
  const word = wordAt(symbols, at) ?? ''
  if (word === 'today' || word === 'tomorrow') return once(word, at + 1)
  if (word === 'tonight') return once('today', at + 1, 'tonight')
  if (word === 'this') {
    const part = partAt(symbols, at + 1)
    return part === undefined || part.value === 'night' ? undefined : once('today', part.next, part.value)
  }
  const after = phrase(symbols, phrase(symbols, at, ['the']) ?? at, ['day'], ['after'], ['tomorrow'])
  if (after !== undefined) return once('the day after tomorrow', after)
  const start = phrase(symbols, at, ['on']) ?? at
  const day = wordAt(symbols, start) ?? ''
  return weekdays.includes(day) ? once(day, start + 1) : undefined
}

function repeatedAt(symbols: readonly Symbol[], at: number): Found<Days> | undefined {
  const repeated = (weekdayField: string, next: number, part?: PartOfDay): Found<Days> => ({
    value: { kind: 'repeated', fields: `* * ${weekdayField}`, part },
    next,
  })
  if (wordAt(symbols, at) === 'daily') return repeated('*', at + 1)
  const once = phrase(symbols, at, ['once'], ['a'], ['day'])
  if (once !== undefined) return repeated('*', once)
  const date = dateAt(symbols, at)
  if (date !== undefined) return date
  const every = phrase(symbols, at, ['every', 'each'])
  const start = every ?? phrase(symbols, at, ['on']) ?? at
  // `on mondays` is each of them, `on monday` one.
  const word = singular(wordAt(symbols, start), every !== undefined)
  if (every !== undefined) {
    if (word === 'day') return repeated('*', start + 1)
    const part = partAt(symbols, start)
    if (part !== undefined) return repeated('*', part.next, part.value)
  }
  if (word === 'weekday' || word === 'workday') return repeated('1-5', start + 1)
  if (word === 'weekend') return repeated('0,6', start + 1)
  const found = new Set<number>()
  let next = start
  for (let from: number | undefined = start; from !== undefined; from = listSeparator(symbols, next)) {
    const index = weekdayOf(wordAt(symbols, from), every !== undefined)
    if (index === -1) break
    found.add(index)
    next = from + 1
  }
  return found.size === 0 ? undefined : repeated([...found].toSorted((a, b) => a - b).join(','), next)
}

/** `on the 1st of every month`, `on the first of the month`, `every month on the 15th`. */
function dateAt(symbols: readonly Symbol[], at: number): Found<Days> | undefined {
  const early = phrase(symbols, at, ['every', 'each'], ['month'])
  const start = phrase(symbols, early ?? at, ['on'], ['the'])
  const date =
    start === undefined
      ? 0
      : ordinals.indexOf(ordinalWords.get(wordAt(symbols, start) ?? '') ?? wordAt(symbols, start) ?? '')
  if (start === undefined || date < 1) return undefined
  const next = early === undefined ? phrase(symbols, start + 1, ['of'], ['every', 'each', 'the'], ['month']) : start + 1
  return next === undefined ? undefined : { value: { kind: 'repeated', fields: `${date} * *`, part: undefined }, next }
}

/** Only up to the last one that each month has. */
const ordinals: readonly string[] = Array.from(
  { length: 29 },
  (_, day) => `${day}${day > 10 && day < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')}`,
)
const ordinalWords: ReadonlyMap<string, string> = new Map([
  ['first', '1st'],
  ['second', '2nd'],
  ['third', '3rd'],
])

/** Behind `every` also as people write it short. The plural, or the short name elsewhere, may be another word: the sun. */
function weekdayOf(word = '', isEvery: boolean): number {
  const short = isEvery ? weekdays.findIndex((day) => shortNames.get(word) === day) : -1
  return short === -1 ? weekdays.indexOf(singular(word, isEvery)) : short
}

const shortNames: ReadonlyMap<string, string> = new Map([
  ...weekdays.map((day) => [day.slice(0, 3), day] as const),
  ['tues', 'tuesday'],
  ['thur', 'thursday'],
  ['thurs', 'thursday'],
])

function singular(word = '', isEvery: boolean): string {
  if (word.endsWith('s')) return word.slice(0, -1)
  return isEvery ? word : ''
}

/** As a message would say it. */
export function daysOf(days: Days): string {
  return days.kind === 'once' ? days.day : daysText(days.fields)
}
