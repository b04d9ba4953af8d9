import { durationMaxMs } from '../../duration.ts'
import { type Found, phrase, spanAt, wordAt } from './cursor.ts'
import { durationText } from './render.ts'
import type { Symbol } from './symbols.ts'
import { unitMs } from './words.ts'

/** When something is to be done, as `schedule_add` takes it. */
export type PlanTime =
  { readonly in: string } | { readonly at: string } | { readonly every: string } | { readonly cron: string }

/** `in 10 minutes`, `at 7:30`, `every 30 minutes`, `every weekday at 7 pm`, `daily at noon`, `every Monday at 8`. */
export function planTimeAt(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const word = wordAt(symbols, at)
  switch (word) {
    case 'in': {
      const span = lengthAt(symbols, at + 1)
      return span === undefined ? undefined : { value: { in: span.value }, next: span.next }
    }
    case 'at': {
      const clock = clockAt(symbols, at + 1)
      return clock === undefined ? undefined : { value: { at: timeText(clock.value) }, next: clock.next }
    }
    case 'daily':
      return onDays('*', symbols, at + 1)
    case 'every':
    case 'each':
      return everyAt(symbols, at + 1)
    case undefined:
    default:
      return undefined
  }
}

function everyAt(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const days = dayFields.get(wordAt(symbols, at) ?? '')
  const onThose = days === undefined ? undefined : onDays(days, symbols, at + 1)
  if (onThose !== undefined) return onThose
  const unit = unitMs.get(wordAt(symbols, at) ?? '')
  // `every day` without a time of day: nobody can tell when.
  if (unit !== undefined && unit <= longestUnitMs) return { value: { every: durationText(unit) }, next: at + 1 }
  const span = lengthAt(symbols, at)
  return span === undefined ? undefined : { value: { every: span.value }, next: span.next }
}

const longestUnitMs = 3_600_000

/** The weekday field of a cron expression. */
const dayFields: ReadonlyMap<string, string> = new Map([
  ['day', '*'],
  ['weekday', '1-5'],
  ...['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map(
    (day, index) => [day, String(index)] as const,
  ),
])

function onDays(field: string, symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const start = phrase(symbols, at, ['at'])
  const clock = start === undefined ? undefined : clockAt(symbols, start)
  if (clock === undefined) return undefined
  const { hour, minute } = clock.value
  return { value: { cron: `${minute} ${hour} * * ${field}` }, next: clock.next }
}

/** A whole duration that tools take. */
function lengthAt(symbols: readonly Symbol[], at: number): Found<string> | undefined {
  const span = spanAt(symbols, at)
  if (span === undefined || span.value < 1 || span.value > durationMaxMs || !Number.isInteger(span.value))
    return undefined
  return { value: durationText(span.value), next: span.next }
}

interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/** `7`, `7:30`, `18:30`, `7pm`, `7:30 am`, `noon`, `midnight`. */
function clockAt(symbols: readonly Symbol[], at: number): Found<TimeOfDay> | undefined {
  const first = wordAt(symbols, at) ?? ''
  if (first === 'noon' || first === 'midnight') {
    return { value: { hour: first === 'noon' ? 12 : 0, minute: 0 }, next: at + 1 }
  }
  const hasMinutes = wordAt(symbols, at + 1) === ':'
  const end = hasMinutes ? at + 3 : at + 1
  const written = hasMinutes ? `${first}:${wordAt(symbols, at + 2) ?? ''}` : first
  const half = /^[ap]m$/.exec(wordAt(symbols, end) ?? '')?.[0]
  const [, hours = '', minutes = '00', joinedHalf] = /^(\d{1,2})(?::(\d\d))?([ap]m)?$/.exec(written) ?? []
  if (hours === '' || (half !== undefined && joinedHalf !== undefined)) return undefined
  const value = timeOfDay(Number(hours), Number(minutes), joinedHalf ?? half)
  return value === undefined ? undefined : { value, next: half === undefined ? end : end + 1 }
}

function timeOfDay(hour: number, minute: number, half: string | undefined): TimeOfDay | undefined {
  if (minute > 59) return undefined
  if (half === undefined) return hour > 23 ? undefined : { hour, minute }
  if (hour < 1 || hour > 12) return undefined
  return { hour: (hour % 12) + (half === 'pm' ? 12 : 0), minute }
}

function timeText({ hour, minute }: TimeOfDay): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** As a message would say it. */
export function planTimeText(time: PlanTime): string {
  if ('in' in time) return `in ${time.in}`
  if ('at' in time) return `at ${time.at}`
  if ('every' in time) return `every ${time.every}`
  const [minute = '', hour = '', , , days = '*'] = time.cron.split(' ')
  const day = [...dayFields].find(([, field]) => field === days)?.[0] ?? 'day'
  return `every ${day} at ${timeText({ hour: Number(hour), minute: Number(minute) })}`
}
