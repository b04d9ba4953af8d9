import { hourMs } from '../duration.ts'
import { isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { isTimezone, nearestTimezone } from '../config/timezone.ts'
import { parseCron, type CronSlots } from './cron-slots.ts'
import { firstInstant, namedZone, processZone, transitionBetween, type Transition, type Zone } from './zone-time.ts'

/**
 * Calendar arithmetic in any time zone. Where clocks are put forward or back:
 * - A time of the day that is skipped runs once, in the instant in which the clocks are put forward; one that comes twice
 *   runs once, the first time.
 * - An expression for which every hour counts (a `*` for the hour) asks for an interval: it runs whenever clocks show such a
 *   time, each quarter of an hour that really passes.
 * What throws is PincerError `bad_call` with one sentence for people.
 */
export interface Calendar {
  /** The first slot after `afterMs` (both wall clock ms, exclusive), or undefined: never again. Always grows. */
  nextCron(expression: string, zone: string, afterMs: number): number | undefined
  /** What is wrong with them, in one sentence, or undefined. */
  cronFault(expression: string, zone: string): string | undefined
  /**
   * The instant at which clocks in the zone show this for the first time; where it is skipped, the instant of that.
   * `wallMs`: that local time as if it were UTC.
   */
  instantOf(wallMs: number, zone: string): number
  /** What clocks in the zone show, as if it were UTC. */
  wallOf(atMs: number, zone: string): number
}

/** `ownZone`: the name of the process's own zone, for which nothing of Intl is loaded; none: each zone asks Intl. */
export function createCalendar(ownZone?: string): Calendar {
  const expressions = new Map<string, CronSlots>()
  const zones = new Map<string, Zone>(ownZone === undefined ? [] : [[ownZone, processZone]])

  function zoneNamed(name: string): Zone {
    const known = zones.get(name)
    if (known !== undefined) return known
    if (!isTimezone(name)) throw unknownZone(name)
    const zone = namedZone(name)
    zones.set(name, zone)
    return zone
  }

  function slotsOf(expression: string): CronSlots {
    const known = expressions.get(expression)
    if (known !== undefined) return known
    const slots = parseCron(expression)
    // Of jobs that are long gone, most likely.
    if (expressions.size >= limits.jobsMax) expressions.clear()
    expressions.set(expression, slots)
    return slots
  }

  return {
    nextCron: (expression, zone, afterMs) => nextSlot(slotsOf(expression), zoneNamed(zone), afterMs),
    cronFault(expression, zone) {
      try {
        zoneNamed(zone)
        parseCron(expression)
        return undefined
      } catch (error) {
        if (isPincerError(error)) return error.message
        throw error
      }
    },
    instantOf: (wallMs, zone) => firstInstant(zoneNamed(zone), wallMs),
    wallOf: (atMs, zone) => atMs + zoneNamed(zone).offsetMs(atMs),
  }
}

function unknownZone(name: string): PincerError {
  const near = nearestTimezone(name)
  const meant = near === undefined ? 'expected a name such as Europe/Berlin or UTC' : `did you mean ${near}?`
  return new PincerError('bad_call', `"${name.slice(0, 64)}" is no time zone: ${meant}`)
}

function nextSlot(slots: CronSlots, zone: Zone, afterMs: number): number | undefined {
  const fold = foldNear(zone, afterMs)
  const firstMs = nextFirstTime(slots, zone, seenWall(zone, fold, afterMs), afterMs)
  if (!slots.isEachHour || fold === undefined) return firstMs
  const secondMs = nextSecondTime(slots, fold, afterMs)
  return secondMs === undefined ? firstMs : Math.min(secondMs, firstMs ?? secondMs)
}

function foldNear(zone: Zone, atMs: number): Transition | undefined {
  const change = transitionBetween(zone, atMs - foldReachMs, atMs + foldReachMs)
  return change !== undefined && change.afterMs < change.beforeMs ? change : undefined
}

/** No clock of our time is put back by more than three hours. */
const foldReachMs = 12 * hourMs

/** The latest local time that has been there by then: when clocks were just put back, not what they show. */
function seenWall(zone: Zone, fold: Transition | undefined, atMs: number): number {
  const shown = atMs + zone.offsetMs(atMs)
  return fold === undefined || atMs < fold.atMs ? shown : Math.max(shown, fold.atMs + fold.beforeMs - 1)
}

/**
 * The instant of the first match behind `seen`, as clocks show it for the first time. It always ends, and after `afterMs`,
 * whatever a zone does.
 */
function nextFirstTime(slots: CronSlots, zone: Zone, seen: number, afterMs: number): number | undefined {
  for (let wallMs = slots.nextWall(seen); wallMs !== undefined;) {
    const atMs = firstInstant(zone, wallMs)
    const shown = atMs + zone.offsetMs(atMs)
    if (atMs > afterMs && (shown === wallMs || !slots.isEachHour)) return atMs
    wallMs = slots.nextWall(Math.max(wallMs, shown - 1))
  }
  return undefined
}

/** The first match between `afterMs` and the end of what clocks show for the second time. */
function nextSecondTime(slots: CronSlots, fold: Transition, afterMs: number): number | undefined {
  const wallMs = slots.nextWall(Math.max(afterMs, fold.atMs - 1) + fold.afterMs)
  return wallMs !== undefined && wallMs < fold.atMs + fold.beforeMs ? wallMs - fold.afterMs : undefined
}
