/**
 * Wall time as people read it, in the time zone of the process: main sets it from the configuration once. Date's own
 * getters are used because Intl formatters cost megabytes of memory that nothing else here needs.
 */
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

/** For example `Saturday 2026-11-21 13:05`. */
export function formatLocalTime(timeMs: number): string {
  const date = new Date(timeMs)
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${weekdays[date.getDay()] ?? ''} ${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
