import * as v from 'valibot'
import { durationMaxMs, formatDuration, parseDuration } from '../duration.ts'
import { message } from './values.ts'

interface DurationBounds {
  readonly leastMs?: number
  readonly mostMs?: number
  /** A whole sentence: what to write instead of no time at all. */
  readonly none: string
}

/** A duration in milliseconds. */
export function duration({
  leastMs = 1,
  mostMs = durationMaxMs,
  none,
}: DurationBounds): v.GenericSchema<unknown, number> {
  const expected = 'a duration such as 90s, 10m, 2h or 1d'
  return v.pipe(
    v.string(({ input }) => {
      if (input === 0 || input === false) return message(expected, none)
      return message(expected, typeof input === 'number' ? unitFix : undefined)
    }),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const durationMs = parseDuration(dataset.value)
      if (durationMs === undefined) {
        addIssue({ message: message(expected, fixOf(dataset.value, mostMs, none)) })
        return NEVER
      }
      if (durationMs < leastMs || durationMs > mostMs) {
        addIssue({ message: `a duration from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}` })
        return NEVER
      }
      return durationMs
    }),
  )
}

const unitFix = 'A number needs its unit.'

/** The way people write durations, with the size of each word; the first of a size is ours. */
const words: readonly (readonly [sizeMs: number, ...names: string[]])[] = [
  [604_800_000, 'w', 'week', 'weeks'],
  [86_400_000, 'd', 'day', 'days'],
  [3_600_000, 'h', 'hr', 'hrs', 'hour', 'hours'],
  [60_000, 'm', 'min', 'mins', 'minute', 'minutes'],
  [1_000, 's', 'sec', 'secs', 'second', 'seconds'],
  [1, 'ms', 'msec', 'millisecond', 'milliseconds'],
]

function fixOf(written: string, mostMs: number, none: string): string | undefined {
  const text = written.trim().toLowerCase()
  if (/^(off|no|none|never|0+)$/.test(text)) return none
  if (/^\d+(\.\d+)?$/.test(text)) return unitFix
  const meantMs = meaningOf(text)
  if (meantMs === undefined) return undefined
  if (meantMs === 0) return none
  if (meantMs > mostMs) return `The longest is ${formatDuration(mostMs)}.`
  const unit = words.slice(1).find(([sizeMs]) => meantMs % sizeMs === 0)
  return unit === undefined ? undefined : `Write ${meantMs / unit[0]}${unit[1] ?? ''}.`
}

/** `1h30m`, `1.5 hours`, `2 weeks`; `undefined` when any of it is something else. */
function meaningOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join(' ') !== text.replaceAll(/([a-z])\s*(?=\d)/g, '$1 ')) {
    return undefined
  }
  let sumMs = 0
  for (const [, count, name = ''] of parts) {
    const unit = words.find(([, ...names]) => names.includes(name))
    if (unit === undefined) return undefined
    sumMs += Number(count) * unit[0]
  }
  return sumMs
}
