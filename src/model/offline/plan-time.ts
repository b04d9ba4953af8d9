import { durationMaxMs } from '../../duration.ts'
import { type Found, optional, phrase, spanAt, wordAt } from './cursor.ts'
import { conditionWords, type PlanWhen } from './plan-condition.ts'
import { type Days, daysAt, daysText } from './plan-days.ts'
import { durationText } from './render.ts'
import type { Symbol } from './symbols.ts'
import { type Clock, clockAt, timeText } from './time-of-day.ts'
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
 * as much of it as stands there.
 */
export function planTimeAt(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  return lengthsAt(symbols, at) ?? dayFirst(symbols, at) ?? clockFirst(symbols, at)
}

/** The same in two places, `every day ... at 7`; undefined where they do not go together. */
export function splitTime(days: Days, symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const start = phrase(symbols, at, ['at'])
  const clock = start === undefined ? undefined : clockAt(symbols, start, days.part)
  return clock === undefined ? undefined : onDays(days, clock)
}

function lengthsAt(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const word = wordAt(symbols, at)
  if (word === 'hourly') return { value: { every: '1h' }, next: at + 1 }
  if (word === 'in') {
    const span = lengthAt(symbols, at + 1)
    return span === undefined ? undefined : { value: { in: span.value }, next: span.next }
  }
  if (word !== 'every' && word !== 'each') return undefined
  const unit = unitMs.get(wordAt(symbols, at + 1) ?? '')
  // `every day` without a time of day: nobody can tell when.
  if (unit !== undefined && unit <= longestUnitMs) return { value: { every: durationText(unit) }, next: at + 2 }
  const span = lengthAt(symbols, at + 1)
  return span === undefined ? undefined : { value: { every: span.value }, next: span.next }
}

const longestUnitMs = 3_600_000

/** `tomorrow at 7`, `every day at 7`, `tomorrow 7pm`. */
function dayFirst(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const days = daysAt(symbols, at)
  if (days === undefined) return undefined
  const start = optional(symbols, days.next, ['at'])
  const clock = clockAt(symbols, start, days.value.part)
  // `monday 7` may mean anything.
  if (clock === undefined || (start === days.next && !clock.value.isPlain)) return undefined
  return onDays(days.value, clock)
}

/** `at 7`, `at 7 tomorrow`, `at 7 on weekdays`. */
function clockFirst(symbols: readonly Symbol[], at: number): Found<PlanTime> | undefined {
  const start = phrase(symbols, at, ['at'])
  const alone = start === undefined ? undefined : clockAt(symbols, start, undefined)
  if (start === undefined || alone === undefined) return undefined
  const days = daysAt(symbols, alone.next)
  if (days === undefined) return { value: { at: timeText(alone.value) }, next: alone.next }
  const clock = clockAt(symbols, start, days.value.part)
  return clock === undefined ? undefined : onDays(days.value, { value: clock.value, next: days.next })
}

function onDays(days: Days, { value: clock, next }: Found<Clock>): Found<PlanTime> | undefined {
  switch (days.kind) {
    case 'once':
      // Of a day that is named, it may be where that begins or where it ends.
      if (clock.hour === 0 && clock.minute === 0) return undefined
      return { value: { at: `${days.day} ${timeText(clock)}` }, next }
    case 'repeated':
      return { value: { cron: `${clock.minute} ${clock.hour} * * ${days.field}` }, next }
  }
}

/** A whole duration that tools take, `1 hour and 30 minutes` too. */
function lengthAt(symbols: readonly Symbol[], at: number): Found<string> | undefined {
  const first = spanAt(symbols, at)
  if (first === undefined) return undefined
  const second = spanAt(symbols, optional(symbols, first.next, ['and']))
  const isSum = second !== undefined && second.value < first.value
  const valueMs = isSum ? first.value + second.value : first.value
  if (valueMs < 1 || valueMs > durationMaxMs || !Number.isInteger(valueMs)) return undefined
  return { value: durationText(valueMs), next: isSum ? second.next : first.next }
}

/** `words` with their time, as a message would say it. */
export function atTime(words: string, time: PlanTime): string {
  return 'when' in time ? `${planTimeText(time)} ${words}` : `${words} ${planTimeText(time)}`
}

/** As a message would say it. */
export function planTimeText(time: PlanTime): string {
  if ('when' in time) return conditionWords(time.when)
  if ('in' in time) return `in ${time.in}`
  if ('every' in time) return `every ${time.every}`
  if ('at' in time) {
    const [, day = '', clock = time.at] = /^(.+) (\S+)$/.exec(time.at) ?? []
    return `${day} at ${clock}`.trim()
  }
  const [minute = '', hour = '', , , field = '*'] = time.cron.split(' ')
  return `${daysText(field)} at ${timeText({ hour: Number(hour), minute: Number(minute) })}`
}
