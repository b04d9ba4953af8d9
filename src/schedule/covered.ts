import { limits } from '../limits.ts'

/** A stretch of the calendar, wall ms: behind `fromMs`, up to and with `toMs`. */
export interface Range {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The stretches of the calendar whose slots ran or were left out by a rule, touched longest ago first: none of them comes
 * again. Stretches and not one mark: a clock that jumps back then repeats nothing, and one that had been years ahead holds
 * up nothing when it is put right.
 */
export function cover(covered: readonly Range[], range: Range): readonly Range[] {
  if (range.toMs <= range.fromMs) return covered
  let { fromMs, toMs } = range
  const apart: Range[] = []
  for (const each of covered) {
    if (each.toMs < fromMs || each.fromMs > toMs) {
      apart.push(each)
      continue
    }
    fromMs = Math.min(fromMs, each.fromMs)
    toMs = Math.max(toMs, each.toMs)
  }
  return [...apart, { fromMs, toMs }].slice(-limits.jobCoveredRangesMax)
}

/** The slot behind a time, exclusive; undefined: never again. */
export type NextSlot = (afterMs: number) => number | undefined

/** A slot, and a time before it with no slot between. */
export interface CalendarSlot {
  readonly slotMs: number
  readonly afterMs: number
}

/** The first slot behind `afterMs` that is not dealt with. */
function firstOpen(next: NextSlot, covered: readonly Range[], afterMs: number): CalendarSlot | undefined {
  let fromMs = afterMs
  // Each round leaves one stretch behind, and they do not touch.
  for (let round = 0; round <= covered.length; round++) {
    const slotMs = next(fromMs)
    if (slotMs === undefined) return undefined
    const range = covered.find((each) => each.fromMs < slotMs && slotMs <= each.toMs)
    if (range === undefined) return { slotMs, afterMs: fromMs }
    fromMs = range.toMs
  }
  return undefined
}

/** The first window in which the latest slot before now is looked for; each further one is longer by this factor. */
const windowMs = 60_000
const windowGrowth = 4

export interface MissedSlot extends CalendarSlot {
  /** How many came before it. */
  readonly earlier: number | 'many'
}

export interface Around {
  /** The latest slot that has come; one near it where they are too many to look through. */
  readonly latest: MissedSlot | undefined
  /** The first one that has not come yet. */
  readonly next: CalendarSlot | undefined
}

/** The slots around `nowMs` that lie behind `behindMs` and are not dealt with. */
export function openAround(
  next: NextSlot,
  covered: readonly Range[],
  { behindMs, nowMs }: { readonly behindMs: number; readonly nowMs: number },
): Around {
  const whole = walk(next, covered, { behindMs, nowMs })
  if (whole.latest?.earlier !== 'many') return whole
  for (let lengthMs = windowMs; nowMs - lengthMs > behindMs; lengthMs *= windowGrowth) {
    const found = walk(next, covered, { behindMs: nowMs - lengthMs, nowMs })
    if (found.latest !== undefined) return { ...found, latest: { ...found.latest, earlier: 'many' } }
  }
  return whole
}

function walk(
  next: NextSlot,
  covered: readonly Range[],
  { behindMs, nowMs }: { readonly behindMs: number; readonly nowMs: number },
): Around {
  let found: CalendarSlot | undefined
  for (let count = 0; count <= limits.jobMissedSlotsMax; count++) {
    const slot = firstOpen(next, covered, found?.slotMs ?? behindMs)
    if (slot === undefined || slot.slotMs > nowMs) {
      return { latest: found && { ...found, earlier: count - 1 }, next: slot }
    }
    found = slot
  }
  return { latest: found && { ...found, earlier: 'many' }, next: firstOpen(next, covered, nowMs) }
}
