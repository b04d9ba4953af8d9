import { hourMs } from '../duration.ts'

/**
 * Local time in an IANA time zone. A local time is written as `wallMs`: the milliseconds since 1970 that a clock in UTC
 * would have when it shows the same; so its parts are read by the UTC methods of Date.
 */
export interface Zone {
  /** What clocks there show, minus UTC, at this instant. */
  offsetMs(atMs: number): number
}

/** The zone of the process, by Date alone: Intl's formatters cost megabytes that most boards then never need. */
export const processZone: Zone = {
  offsetMs(atMs) {
    const date = new Date(atMs)
    const wall = new Date(0)
    wall.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate())
    wall.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds())
    return wall.getTime() - atMs
  },
}

/** Throws a RangeError for a name that Intl does not know. */
export function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return {
    offsetMs(atMs) {
      // The parts stand in one order for one language: month, day, year, hour, minute, second.
      const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = format
        .formatToParts(atMs)
        .filter(({ type }) => type !== 'literal')
        .map(({ value }) => Number(value))
      return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000
    },
  }
}

/** Where a zone's clocks are put forward or back. */
export interface Transition {
  /** The first instant with the new offset. */
  readonly atMs: number
  readonly beforeMs: number
  readonly afterMs: number
}

/** The transition in (fromMs, toMs], where the clocks of both ends differ. A whole second in every zone. */
export function transitionBetween(zone: Zone, fromMs: number, toMs: number): Transition | undefined {
  const beforeMs = zone.offsetMs(fromMs)
  const afterMs = zone.offsetMs(toMs)
  if (beforeMs === afterMs) return undefined
  let oldS = Math.floor(fromMs / 1_000)
  let newS = Math.ceil(toMs / 1_000)
  while (newS - oldS > 1) {
    const middleS = Math.floor((oldS + newS) / 2)
    if (zone.offsetMs(middleS * 1_000) === beforeMs) oldS = middleS
    else newS = middleS
  }
  return { atMs: newS * 1_000, beforeMs, afterMs }
}

/**
 * The instant at which clocks in this zone show `wallMs` for the first time. Where they never do, because they are put
 * forward over it, the instant at which that happens. Never falls as `wallMs` grows.
 */
export function firstInstant(zone: Zone, wallMs: number): number {
  // No clock is more than 14 hours before or 12 behind UTC.
  const change = transitionBetween(zone, wallMs - 15 * hourMs, wallMs + 13 * hourMs)
  if (change === undefined) return wallMs - zone.offsetMs(wallMs)
  if (wallMs < change.atMs + change.beforeMs) return wallMs - change.beforeMs
  return Math.max(change.atMs, wallMs - change.afterMs)
}
