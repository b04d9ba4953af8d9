/**
 * One grammar for durations everywhere: a whole number and a unit, `90s`, `10m`, `2h`, `1d`, also `250ms`; or the unit as
 * people write it, `5 minutes`, `1 hour`.
 */
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const units: readonly { readonly sizeMs: number; readonly names: readonly string[] }[] = [
  { sizeMs: unitMs.ms, names: ['ms'] },
  { sizeMs: unitMs.s, names: ['s', 'sec', 'secs', 'second', 'seconds'] },
  { sizeMs: unitMs.m, names: ['m', 'min', 'mins', 'minute', 'minutes'] },
  { sizeMs: unitMs.h, names: ['h', 'hr', 'hrs', 'hour', 'hours'] },
  { sizeMs: unitMs.d, names: ['d', 'day', 'days'] },
]

export const hourMs = unitMs.h

/** Longest duration taken anywhere: setTimeout wraps beyond 2^31-1 ms (24.8 days). */
export const durationMaxMs = 24 * unitMs.d

/** `undefined` when `text` is not a duration of at least 1 ms and at most 24 days. */
export function parseDuration(text: string): number | undefined {
  const [, count, name = ''] = /^(\d{1,9})\s?([a-z]{1,7})$/.exec(text.trim()) ?? []
  const unit = units.find(({ names }) => names.includes(name))
  if (unit === undefined) return undefined
  const durationMs = Number(count) * unit.sizeMs
  return durationMs >= 1 && durationMs <= durationMaxMs ? durationMs : undefined
}

/** For who wrote something else. */
export const durationForm = `a whole number and a unit such as 90s, 10m or 2h, at most ${durationMaxMs / unitMs.d}d`

/** The shortest exact or rounded form for people: `10m`, `1h 30m`, `42s`, `250ms`. At most two units. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.max(0, Math.round(durationMs))}ms`
  let restS = Math.round(durationMs / 1_000)
  const parts: string[] = []
  for (const [unit, sizeS] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(restS / sizeS)
    restS -= count * sizeS
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`)
    else if (parts.length > 0) break
  }
  return parts.join(' ')
}

/** All of it, for what a person is to judge: `1d 2h 3m 4s 5ms`. */
export function formatExactly(durationMs: number): string {
  let restMs = durationMs
  const parts = Object.entries(unitMs)
    .toReversed()
    .flatMap(([unit, sizeMs]) => {
      const count = Math.floor(restMs / sizeMs)
      restMs -= count * sizeMs
      return count === 0 ? [] : [`${count}${unit}`]
    })
  return parts.length === 0 ? '0s' : parts.join(' ')
}
