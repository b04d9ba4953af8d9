/** One grammar for durations everywhere: a whole number and a unit, `90s`, `10m`, `2h`, `1d`, also `250ms`. */
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Longest duration taken anywhere: setTimeout wraps beyond 2^31-1 ms (24.8 days). */
export const durationMaxMs = 24 * unitMs.d

/** `undefined` when `text` is not a duration of at least 1 ms and at most 24 days. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})\s?(ms|s|m|h|d)$/.exec(text.trim())
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const durationMs = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  return durationMs >= 1 && durationMs <= durationMaxMs ? durationMs : undefined
}

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
