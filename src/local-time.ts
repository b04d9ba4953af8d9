/**
 * Wall time as people read it, in the time zone of the process: main sets it from the configuration once. Date's own
 * getters are used because Intl formatters cost megabytes of memory that nothing else here needs.
 */
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

/** For example `Saturday 2026-11-21 13:05`. */
export function formatLocalTime(timeMs: number): string {
  const date = new Date(timeMs)
  return formatClock(date.getDay(), localDay(timeMs), date.getHours(), date.getMinutes())
}

/** The same of clocks elsewhere: what they show, in ms since 1970 as if it were UTC. */
export function formatWallTime(wallMs: number): string {
  const date = new Date(wallMs)
  return formatClock(date.getUTCDay(), date.toISOString().slice(0, 10), date.getUTCHours(), date.getUTCMinutes())
}

function formatClock(weekday: number, day: string, hour: number, minute: number): string {
  return `${weekdays[weekday] ?? ''} ${day} ${two(hour)}:${two(minute)}`
}

/** For example `2026-11-21`. */
export function localDay(timeMs: number): string {
  const date = new Date(timeMs)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** When the next day begins: after 23, 24 or 25 hours of this one. */
export function nextLocalDayMs(timeMs: number): number {
  const date = new Date(timeMs)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime()
}

function two(part: number): string {
  return String(part).padStart(2, '0')
}
