import type { Clock } from '../clock.ts'

/**
 * Whether what is bound to the calendar may run. A board without a battery starts with a time that has long passed, in the
 * worst case 1970: until something has set the clock it is believed only where it is not before what we know has been,
 * the build of this program and the newest record on its disk.
 *
 * `newestRecordMs`: wall clock ms, 0 for none. What only counts time (`in`, `every`) needs no such leave.
 */
export function isCalendarTrusted(clock: Clock, newestRecordMs: number, builtAtMs: number): boolean {
  return clock.wallIsSet() || clock.nowMs() >= Math.max(newestRecordMs, builtAtMs)
}
