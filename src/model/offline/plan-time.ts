import { durationMaxMs, hourMs } from '../../duration.ts'
import { type Found, optional, phrase, spanAt, wordAt } from './cursor.ts'
import type { PlanWhen } from './plan-condition.ts'
import { type Days, daysAt } from './plan-days.ts'
import { type Range, rangeAt, rangeFields } from './plan-range.ts'
import { durationText } from './render.ts'
import type { Symbol } from './symbols.ts'
import { clocksAt, type TimeOfDay, timeText } from './time-of-day.ts'
import { unitMs } from './words.ts'

/** When something is to be done, as `schedule_add` takes it. */
export type PlanTime =
  | { readonly in: string }
  | { readonly at: string }
  | { readonly every: string }
  | { readonly cron: string }
  | { readonly when: PlanWhen }

/**
 * `in 10 minutes`, `every hour`, `at 7:30`, `tomorrow at 7`, `at 7 on monday`, `every weekday at 7 pm`, `at 6 every morning`:
 * `every day at 7 and 19`, `every 30 minutes from 8 to 18`: as much of it as stands there.
 */
export function planTimeAt(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  return lengthsAt(symbols, at) ?? dayFirst(symbols, at) ?? clockFirst(symbols, at)
}

/** The same in two places, `every day ... at 7`; undefined where they do not go together. */
export function splitTime(days: Days, symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const start = phrase(symbols, at, ['at'])
  const clocks = start === undefined ? undefined : clocksAt(symbols, start, days.part)
  return clocks === undefined ? undefined : onDays(days, clocks)
}

/** A time that comes with its length: `every day from 6 to 22`. */
export interface PlanStretch {
  /** When it begins. */
  readonly time: PlanTime
  readonly range: Range
  /** Each hour of it, for what has no length; the beginning where no one time is that. */
  readonly hourly: PlanTime
}

/** `every day from 6 to 22`, `tomorrow from 8 to 9`, `from 6am to 10pm every day`. */
export function planStretchAt(symbols: readonly Symbol[], at: number): Found<PlanStretch> | undefined {
  const days = daysAt(symbols, at)
  const range = rangeAt(symbols, days?.next ?? at, days?.value.part)
  const late = days === undefined && range !== undefined ? daysAt(symbols, range.next) : undefined
  const on = days ?? late
  if (range === undefined || on === undefined || late?.value.part !== undefined) return undefined
  const time = timeOn(on.value, [range.value.from])
  if (time === undefined) return undefined
  const fields = on.value.kind === 'repeated' ? rangeFields(range.value, longestUnitMs) : undefined
  const hourly = on.value.kind === 'repeated' && fields !== undefined ? { cron: `${fields} ${on.value.fields}` } : time
  return { value: { time, range: range.value, hourly }, next: late?.next ?? range.next }
}

function lengthsAt(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const word = wordAt(symbols, at)
  if (word === 'hourly') return { value: { every: '1h' }, next: at + 1 }
  if (word === 'in') {
    const span = lengthAt(symbols, at + 1)
    return span === undefined ? undefined : { value: { in: durationText(span.value) }, next: span.next }
  }
  const early = rangeAt(symbols, at, undefined)
  const every = everyAt(symbols, early === undefined ? at : optional(symbols, early.next, [',']))
  if (every === undefined) return undefined
  const range = early ?? rangeAt(symbols, every.next, undefined)
  if (range === undefined) return { value: { every: durationText(every.value) }, next: every.next }
  const next = Math.max(every.next, range.next)
  const days = daysAt(symbols, next)
  const isRepeated = days?.value.kind === 'repeated' && days.value.part === undefined
  const fields = rangeFields(range.value, every.value)
  if (fields === undefined || (days !== undefined && !isRepeated)) return undefined
  return { value: { cron: `${fields} ${isRepeated ? days.value.fields : '* * *'}` }, next: days?.next ?? next }
}

/** `every hour`, `each 30 minutes`. */
function everyAt(symbols: readonly Symbol[], at: number): Found<number> | undefined {
  const start = phrase(symbols, at, ['every', 'each'])
  if (start === undefined) return undefined
  const unit = unitMs.get(wordAt(symbols, start) ?? '')
  // `every day` without a time of day: nobody can tell when.
  return unit !== undefined && unit <= longestUnitMs ? { value: unit, next: start + 1 } : lengthAt(symbols, start)
}

const longestUnitMs = hourMs

/** `tomorrow at 7`, `every day at 7`, `tomorrow 7pm`. */
function dayFirst(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const days = daysAt(symbols, at)
  if (days === undefined) return undefined
  const start = optional(symbols, days.next, ['at'])
  const clocks = clocksAt(symbols, start, days.value.part)
  // `monday 7` may mean anything.
  if (clocks === undefined || (start === days.next && clocks.value.some(({ isPlain }) => !isPlain))) return undefined
  return onDays(days.value, clocks)
}

/** `at 7`, `at 7 tomorrow`, `at 7 on weekdays`. */
function clockFirst(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const start = phrase(symbols, at, ['at'])
  const alone = start === undefined ? undefined : clocksAt(symbols, start, undefined)
  const [only, ...more] = alone?.value ?? []
  if (start === undefined || alone === undefined || only === undefined) return undefined
  const days = daysAt(symbols, alone.next)
  if (days === undefined) return more.length > 0 ? undefined : { value: { at: timeText(only) }, next: alone.next }
  const clocks = clocksAt(symbols, start, days.value.part)
  return clocks === undefined ? undefined : onDays(days.value, { value: clocks.value, next: days.next })
}

function onDays(days: Days, { value: clocks, next }: Found<readonly TimeOfDay[]>): Found<PlanTime> | undefined {
  const time = timeOn(days, clocks)
  return time === undefined ? undefined : { value: time, next }
}

function timeOn(days: Days, clocks: readonly TimeOfDay[]): PlanTime | undefined {
  const [first, ...more] = clocks
  if (first === undefined) return undefined
  switch (days.kind) {
    case 'once':
      // Of a day that is named, it may be where that begins or where it ends.
      if (more.length > 0 || (first.hour === 0 && first.minute === 0)) return undefined
      return { at: `${days.day} ${timeText(first)}` }
    case 'repeated': {
      // `7:30 and 19:00` is no one expression.
      if (more.some(({ minute }) => minute !== first.minute)) return undefined
      const hours = new Set(clocks.map(({ hour }) => hour))
      return { cron: `${first.minute} ${[...hours].toSorted((a, b) => a - b).join(',')} ${days.fields}` }
    }
  }
}

/** A whole duration that tools take, `1 hour and 30 minutes` too. */
function lengthAt(symbols: readonly Symbol[], at: number): Found<number> | undefined {
  const first = spanAt(symbols, at)
  if (first === undefined) return undefined
  const second = spanAt(symbols, optional(symbols, first.next, ['and']))
  const isSum = second !== undefined && second.value < first.value
  const valueMs = isSum ? first.value + second.value : first.value
  if (valueMs < 1 || valueMs > durationMaxMs || !Number.isInteger(valueMs)) return undefined
  return { value: valueMs, next: isSum ? second.next : first.next }
}
