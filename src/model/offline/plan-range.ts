import { hourMs } from '../../duration.ts'
import { type Found, phrase } from './cursor.ts'
import type { Symbol } from './symbols.ts'
import { type Clock, clockAt, type PartOfDay, type TimeOfDay, timeText } from './time-of-day.ts'

/** A stretch of a day, or over its midnight. */
export interface Range {
  readonly from: TimeOfDay
  readonly to: TimeOfDay
}

/** `from 6 to 22`, `from 8am until 6pm`, `between 8 and 18`. */
export function rangeAt(symbols: readonly Symbol[], at: number, part: PartOfDay | undefined): Found<Range> | undefined {
  const isBetween = phrase(symbols, at, ['between']) !== undefined
  const start = phrase(symbols, at, ['from', 'between'])
  const from = start === undefined ? undefined : clockAt(symbols, start, part)
  const joint =
    from === undefined ? undefined : phrase(symbols, from.next, isBetween ? ['and'] : ['to', 'until', 'till'])
  const to = joint === undefined ? undefined : clockAt(symbols, joint, part)
  if (from === undefined || to === undefined || minuteOf(from.value) === minuteOf(to.value)) return undefined
  // `from 6 to 10 pm`: nobody can tell when it begins.
  if (isHalfSaid(to.value) && !isHalfSaid(from.value)) return undefined
  return { value: { from: from.value, to: to.value }, next: to.next }
}

/** How long it is, over midnight too. */
export function rangeMs({ from, to }: Range): number {
  const dayMinutes = 24 * 60
  return ((minuteOf(to) - minuteOf(from) + dayMinutes) % dayMinutes) * 60_000
}

/** As a message would say it. */
export function rangeText({ from, to }: Range): string {
  return `from ${timeText(from)} to ${timeText(to)}`
}

/** The first two fields of a cron expression for each `everyMs` of such a stretch; `undefined`: cron has none. */
export function rangeFields({ from, to }: Range, everyMs: number): string | undefined {
  const hours = everyMs / hourMs
  const minutes = everyMs / 60_000
  if (from.hour >= to.hour || from.minute !== to.minute) return undefined
  if (hours === 1) return `${from.minute} ${from.hour}-${to.hour}`
  if (Number.isInteger(hours) && hours > 1) return `${from.minute} ${from.hour}-${to.hour}/${hours}`
  // The last one is before the end: with it, cron would have the others of that hour too.
  return 60 % minutes === 0 && from.minute === 0 ? `*/${minutes} ${from.hour}-${to.hour - 1}` : undefined
}

function minuteOf({ hour, minute }: TimeOfDay): number {
  return hour * 60 + minute
}

function isHalfSaid({ saysHalf, hour }: Clock): boolean {
  return saysHalf && hour !== 12
}
