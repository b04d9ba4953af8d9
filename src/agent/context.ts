import type { Reading } from '../devices/device.ts'
import { formatShortly } from '../devices/reading-text.ts'
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
  const readings = fresh.slice(0, limits.contextReadingsMax).map(formatShortly)
  const simulated = fresh.some((reading) => reading.simulated) ? ' (simulated)' : ''
  if (readings.length > 0) parts.push(`Last known${simulated}: ${readings.join(', ')}.`)
  if (latched !== undefined) parts.push(`Outputs are latched safe (${latched}); only a person can /resume.`)
  return `[${parts.join(' ')}]`
}
