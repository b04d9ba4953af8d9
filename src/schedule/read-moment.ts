import { readDayTime, readWeekday } from './read-day-time.ts'

/** A moment as it was written, still without "now": its time of the day in seconds, on which day, and whose clock. */
export interface Moment {
  readonly timeS: number
  readonly day:
    | { readonly kind: 'date'; readonly dayMs: number }
    | { readonly kind: 'weekday'; readonly weekday: number }
    /** So many days from today. */
    | { readonly kind: 'from-today'; readonly days: number }
    /** Today, or tomorrow once it has passed. */
    | { readonly kind: 'next' }
  /** Ahead of UTC, where the text says so itself. */
  readonly offsetMs?: number
  /** An IANA name that stands in the text. */
  readonly zone?: string
}

/** Answers the end of a sentence that says what is wrong with the text. */
export function readMoment(text: string): Moment | string {
  const { rest, zone } = withoutZone(text.trim().replace(/^(?:at|on)\s+/i, ''))
  const written = rest.toLowerCase().replaceAll(/\s+/g, ' ')
  if (/^\d{9,}(\.\d+)?$/.test(written)) return 'is a count of seconds; expected a local time such as 2026-11-23 07:00'
  if (written.startsWith('in ')) return 'is a length of time; use in for it'
  if (/^\d{1,2}\/\d{1,2}(\/\d{2,4})?\b/.test(written)) return 'can be read in two ways; write the date as 2026-11-23'
  const dated = readDated(written)
  const moment = dated ?? readWorded(written)
  return typeof moment === 'string' || zone === undefined ? moment : { ...moment, zone }
}

/** `07:00 Europe/Berlin`, `07:00 UTC` and what some write behind ISO 8601: `…+01:00[Europe/Berlin]`. */
function withoutZone(text: string): { readonly rest: string; readonly zone?: string } {
  const [, rest = text, bracketed, named] =
    /^(.*\S)(?:\[([^\]]+)\]|\s+\(?([A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+|UTC|GMT)\)?)$/i.exec(text) ?? []
  const zone = bracketed ?? named
  if (zone === undefined) return { rest }
  return { rest, zone: /^(utc|gmt)$/i.test(zone) ? 'UTC' : zone }
}

/** ISO 8601 in what people make of it, and `23.11.2026`. */
function readDated(written: string): Moment | string | undefined {
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(.*)$/.exec(written)
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$/.exec(written)
  if (iso === null && dotted === null) return undefined
  const [, first = '', month = '', third = '', time = ''] = iso ?? dotted ?? []
  const [year, day] = iso === null ? [third, first] : [first, third]
  const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const date = new Date(dayMs)
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day))
    return 'names a day that does not exist'
  const [, clock = '', offset] = /^(?:t|,? at |,? ?)(.*?)\s*(z|[+-]\d{2}(?::?\d{2})?)?$/.exec(time) ?? []
  if (clock === '') return 'has no time of day; write for example 2026-11-23 07:00'
  const timeS = readDayTime(clock)
  if (timeS === undefined) return timeFault(clock)
  const moment = { timeS, day: { kind: 'date', dayMs } } as const
  return offset === undefined ? moment : { ...moment, offsetMs: offsetOf(offset) }
}

function offsetOf(text: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** `07:00`, `tomorrow at 7`, `7pm tomorrow`, `next monday 18:00`. */
function readWorded(written: string): Moment | string {
  const timeS = readDayTime(written)
  if (timeS !== undefined) return { timeS, day: { kind: 'next' } }
  const [, dayFirst = '', timeLast = ''] = /^(.+?),?(?: at)? ((?:noon|midnight|\d).*)$/.exec(written) ?? []
  const [, timeFirst = '', dayLast = ''] = /^(\S+(?: ?[ap]\.?m\.?| o'clock)?),?(?: on)? (.+)$/.exec(written) ?? []
  for (const [dayText, timeText] of [
    [dayFirst, timeLast],
    [dayLast, timeFirst],
  ] as const) {
    const day = readDay(dayText)
    if (day === undefined) continue
    const seconds = readDayTime(timeText)
    return seconds === undefined ? timeFault(timeText) : { timeS: seconds, day }
  }
  return readDay(written) === undefined
    ? 'is no time; expected for example 07:00, tomorrow 07:00, monday 18:30 or 2026-11-23 07:00'
    : 'has no time of day; write for example tomorrow 07:00'
}

function readDay(text: string): Moment['day'] | undefined {
  if (text === 'today') return { kind: 'from-today', days: 0 }
  if (text === 'tomorrow') return { kind: 'from-today', days: 1 }
  if (/^(?:the )?day after tomorrow$/.test(text)) return { kind: 'from-today', days: 2 }
  const weekday = readWeekday(text.replace(/^(?:next|this|coming|on)\s+/, ''))
  return weekday === undefined ? undefined : { kind: 'weekday', weekday }
}

function timeFault(text: string): string {
  return `has "${text}" where a time of day is expected, such as 07:00 or 7pm`
}
