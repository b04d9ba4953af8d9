import { sleep } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { isHardwareError, isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Measured, Sample } from './sensor.ts'
import { formatMetric } from './units.ts'
import type { Quantity } from './units.ts'

/**
 * How far a value can move: at once, and with each second. Far more than rooms, water and weather do (a sensor that is
 * carried from a sauna into the snow stays below it), and far less than what a disturbed wire makes of a number.
 * Quantities that are not here can do anything: light, volts, amperes.
 */
const slow = ['temperature', 'humidity', 'pressure'] as const satisfies readonly Quantity[]
const reach: Readonly<Record<(typeof slow)[number], { readonly atOnce: number; readonly perSecond: number }>> = {
  temperature: { atOnce: 10, perSecond: 2 },
  humidity: { atOnce: 40, perSecond: 5 },
  // A lift, or a door that falls shut, moves it by a few hPa.
  pressure: { atOnce: 20, perSecond: 1 },
}

/**
 * The same measurement, made with care: what fails in passing is tried again while the bus rests, and what no medium can
 * do is measured again. When the second measurement agrees with the one before, the first was noise; when it agrees with
 * the first, that is answered, and said; else it fails. Calls must not overlap.
 */
export function carefully(options: {
  readonly clock: Clock
  /** Names the sensor in sentences, for example `lm75 on I2C bus 1 at 0x48`. */
  readonly source: string
  readonly measure: () => Promise<Measured>
}): () => Promise<Sample> {
  const { clock, source, measure } = options
  let last: { readonly values: Measured; readonly atMs: number } | undefined
  const remember = (values: Measured, jumpedFrom: Measured = {}): Sample => {
    last = { values, atMs: clock.monotonicMs() }
    return { values, jumpedFrom }
  }
  return async () => {
    try {
      const first = await withTries(clock, measure)
      if (last === undefined) return remember(first)
      const { values: before, atMs } = last
      const elapsedMs = clock.monotonicMs() - atMs
      // After an hour anything is possible, noise too: what is far off is measured twice, however long ago the last was.
      const countedMs = Math.min(elapsedMs, limits.changeBelievedMs)
      if (jumps(before, first, countedMs).length === 0) return remember(first)
      await rest(clock, limits.measureRestMs)
      const second = await withTries(clock, measure)
      if (jumps(before, second, countedMs).length === 0) return remember(second)
      const [quantity] = jumps(first, second, limits.measureRestMs)
      if (quantity === undefined) {
        const jumped = jumps(before, second, elapsedMs)
        return remember(second, Object.fromEntries(jumped.map((each) => [each, before[each]])))
      }
      throw disagreement(source, quantity, first[quantity] ?? 0, second[quantity] ?? 0)
    } catch (error) {
      // What it said before it failed is no measure for what comes after.
      last = undefined
      throw error
    }
  }
}

function jumps(before: Measured, after: Measured, elapsedMs: number): readonly Quantity[] {
  return slow.filter((quantity) => {
    const [from, to] = [before[quantity], after[quantity]]
    if (from === undefined || to === undefined) return false
    const { atOnce, perSecond } = reach[quantity]
    return Math.abs(to - from) > atOnce + (perSecond * elapsedMs) / 1_000
  })
}

async function withTries(clock: Clock, measure: () => Promise<Measured>): Promise<Measured> {
  for (let tries = 1; ; tries++) {
    try {
      return await measure()
    } catch (error) {
      if (tries >= limits.measureTriesMax || !passes(error)) throw error
      await rest(clock, limits.measureRestMs * tries)
    }
  }
}

/** A missing acknowledge, a wrong checksum or an odd answer may be gone the next time; a missing bus is not. */
function passes(error: unknown): boolean {
  if (isHardwareError(error)) return ['EREMOTEIO', 'ENXIO', 'EIO'].includes(error.kernel)
  return isPincerError(error) && error.code === 'hardware'
}

/** Bounded by its own length: nobody needs to stop it. */
function rest(clock: Clock, delayMs: number): Promise<void> {
  return sleep(clock, delayMs, new AbortController().signal)
}

function disagreement(source: string, quantity: Quantity, first: number, second: number): PincerError {
  const found = `${formatMetric(quantity, first)} and then ${formatMetric(quantity, second)}`
  const sentence = `The ${source} measured a ${quantity} of ${found} at the same moment: check its wiring, its supply and the length of its cable.`
  return new PincerError('hardware', sentence)
}
