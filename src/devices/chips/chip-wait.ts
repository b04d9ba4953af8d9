import { sleep } from '../../clock.ts'
import type { Clock } from '../../clock.ts'

/** Node counts timers in whole milliseconds and from when it last looked at the clock, so they end up to one early. */
const timerEarlyMs = 1

/** Gives a chip at least `delayMs`. Bounded by its own length: nobody needs to stop it. */
export function waitFor(clock: Clock, delayMs: number): Promise<void> {
  return sleep(clock, delayMs + timerEarlyMs, new AbortController().signal)
}
