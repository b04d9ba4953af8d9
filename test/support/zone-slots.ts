/**
 * When a time of the day comes in a zone, by nothing but what Intl says of single instants: an independent word on what
 * the schedule should do. A time that is skipped comes at the end of the gap, one that comes twice the first time.
 */
const dayMs = 86_400_000

export interface DayTime {
  readonly zone: string
  readonly hours: readonly number[]
  readonly minute: number
  /** Sunday is 0; absent: each day. */
  readonly weekday?: number
}

export function slotsOf({ zone, hours, minute, weekday }: DayTime, fromMs: number, toMs: number): readonly number[] {
  const offsetOf = offsetsOf(zone)
  const slots: number[] = []
  for (let day = Math.floor(fromMs / dayMs) - 2; day <= Math.floor(toMs / dayMs) + 2; day++) {
    if (weekday !== undefined && new Date(day * dayMs).getUTCDay() !== weekday) continue
    for (const hour of hours) slots.push(instantOf(offsetOf, day * dayMs + (hour * 60 + minute) * 60_000))
  }
  return [...new Set(slots)].filter((each) => each > fromMs && each <= toMs).toSorted((a, b) => a - b)
}

/** `localMs`: what the clock on the wall shows, as if it were UTC. */
function instantOf(offsetOf: (atMs: number) => number, localMs: number): number {
  const [before, behind] = [offsetOf(localMs - dayMs), offsetOf(localMs + dayMs)]
  const shown = [localMs - before, localMs - behind].filter((atMs) => atMs + offsetOf(atMs) === localMs)
  if (shown.length > 0) return Math.min(...shown)
  let [lowMs, highMs] = [localMs - dayMs, localMs + dayMs]
  while (highMs - lowMs > 1) {
    const middleMs = Math.floor((lowMs + highMs) / 2)
    if (offsetOf(middleMs) === before) lowMs = middleMs
    else highMs = middleMs
  }
  return highMs
}

function offsetsOf(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
    const part = (name: string): number => parts[name] ?? 0
    const shownMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    return shownMs - Math.floor(atMs / 1_000) * 1_000
  }
}
