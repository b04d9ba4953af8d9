import { durationMaxMs } from '../duration.ts'

const unitNames: readonly (readonly [sizeMs: number, names: readonly string[]])[] = [
  [1, ['ms', 'millisecond', 'milliseconds']],
  [1_000, ['s', 'sec', 'secs', 'second', 'seconds']],
  [60_000, ['m', 'min', 'mins', 'minute', 'minutes']],
  [3_600_000, ['h', 'hr', 'hrs', 'hour', 'hours']],
  [86_400_000, ['d', 'day', 'days']],
  [7 * 86_400_000, ['w', 'week', 'weeks']],
]
const sizesMs = new Map(unitNames.flatMap(([sizeMs, names]) => names.map((name) => [name, sizeMs] as const)))

/**
 * A length of time as people and models write it: `10m`, `1h 30m`, `1.5 hours`, `an hour and 20 minutes`, `half an hour`,
 * `PT10M`. Whole ms from 0 to the longest duration that anything takes; a sentence's end that says what is wrong with it,
 * or undefined where it is no length of time at all.
 */
export function readSpan(text: string): number | string | undefined {
  const written = text.trim().toLowerCase()
  if (/^\d+(\.\d+)?$/.test(written)) return 'has no unit; write for example 90s, 10m, 2h or 1d'
  let rest = fromIso(written)
    .replace(/^half an? hour$/, '30 minutes')
    .replace(/^half a minute$/, '30 seconds')
    .replaceAll(/\b(an?|one)\b/g, '1')
  let sumMs = 0
  while (rest !== '') {
    const [part, count = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]+)(?:\s*(?:,|and\b))*\s*/.exec(rest) ?? []
    if (part === undefined) return undefined
    const sizeMs = sizesMs.get(unit)
    if (sizeMs === undefined)
      return /^(month|year)s?$/.test(unit) ? 'has months or years, which differ in length' : undefined
    sumMs += Number(count) * sizeMs
    rest = rest.slice(part.length)
  }
  if (written === '') return undefined
  return sumMs > durationMaxMs ? `is longer than ${durationMaxMs / 86_400_000} days` : Math.round(sumMs)
}

/** `p1dt2h30m` as `1d 2h 30m`; all else as it is. */
function fromIso(text: string): string {
  const form = /^p(?:(\d+w))?(?:(\d+d))?(?:t(?:(\d+h))?(?:(\d+m))?(?:(\d+(?:\.\d+)?s))?)?$/
  const parts =
    form
      .exec(text)
      ?.slice(1)
      .filter((part) => part !== undefined) ?? []
  return parts.length === 0 ? text : parts.join(' ')
}
