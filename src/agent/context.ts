import type { Reading } from '../devices/device.ts'
import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { formatLocalTime } from '../local-time.ts'

/**
 * What changes from minute to minute, for the last message of a request: the clock and the readings that are known
 * without touching a bus. One short line: it is sent with every request.
 */
export function formatContext(options: {
  readonly nowMs: number
  readonly timezone: string
  readonly known: readonly Reading[]
  /** Why outputs are latched, if they are. */
  readonly latched: string | undefined
}): string {
  const { nowMs, timezone, known, latched } = options
  const parts = [`Now: ${formatLocalTime(nowMs)} ${timezone}.`]
  const fresh = known.filter((reading) => reading.ageMs <= limits.contextReadingAgeMaxMs)
  const readings = fresh.slice(0, limits.contextReadingsMax).map(formatKnown)
  if (readings.length > 0) parts.push(`Last known: ${readings.join(', ')}.`)
  if (latched !== undefined) parts.push(`Outputs are latched safe (${latched}); only a person can /resume.`)
  return `[${parts.join(' ')}]`
}

function formatKnown({ device, quantity, value, unit, ageMs }: Reading): string {
  const name = quantity === 'state' ? device : `${device} ${quantity}`
  const age = ageMs < 2_000 ? '' : ` (${formatDuration(ageMs)} ago)`
  return `${name} ${value}${unit === '' ? '' : ` ${unit}`}${age}`
}
