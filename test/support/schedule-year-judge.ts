/** Judges a year of schedule-year.ts by what was seen of it from outside. */

/** Something was done for a job. `passedMs`: since the year began, whatever the wall clock showed. */
export interface Run {
  readonly name: string
  readonly wallMs: number
  readonly passedMs: number
}

/** The wall clock went on without a jump while one process ran. */
export interface Stretch {
  readonly fromMs: number
  toMs: number
  readonly isTrusted: boolean
  readonly life: number
}

/** One process, by what had passed; `isSet`: the wall clock was set all the time. */
export interface Life {
  readonly fromMs: number
  toMs: number
  isSet: boolean
}

interface Known {
  readonly startMs: number
  readonly jobs: readonly {
    readonly name: string
    readonly slots: readonly number[]
    /** How late a missed slot is caught up; 0: it is skipped. */
    readonly catchesUpMs: number
  }[]
  readonly runs: readonly Run[]
  readonly stretches: readonly Stretch[]
  readonly lives: readonly Life[]
  /** Jobs for one run, with their wall ms where that is how they were made. */
  readonly once: ReadonlyMap<string, number | undefined>
  readonly told: readonly string[]
  readonly left: readonly string[]
}

const minuteMs = 60_000
/** A slot that a process had so long behind it must have run; one that came so shortly before its end may have. */
const marginMs = 70_000
const onTimeMs = 3 * minuteMs + 10_000
/** For what is caught up after a start, one after the other. */
const catchUpMs = 4 * minuteMs

export function judgeYear(known: Known): readonly string[] {
  const trusted = known.stretches.filter((each) => each.isTrusted)
  return [
    ...known.jobs.flatMap((job) => calendarFaults(job, known, trusted)),
    ...onceFaults(known, trusted),
    ...intervalFaults(known, 'every-45m', 45 * minuteMs),
  ].slice(0, 20)
}

/** Where time was lost: up to the last of these no process could see the slots between. */
interface Gap {
  readonly fromMs: number
  readonly toMs: number
  readonly endsMs: number
}

function gapsOf(trusted: readonly Stretch[]): readonly Gap[] {
  return trusted.slice(1).flatMap((stretch, index) => {
    const fromMs = trusted[index]?.toMs ?? 0
    return stretch.fromMs > fromMs ? [{ fromMs, toMs: stretch.fromMs, endsMs: stretch.toMs }] : []
  })
}

function calendarFaults(job: Known['jobs'][number], known: Known, trusted: readonly Stretch[]): readonly string[] {
  const faults: string[] = []
  const ran = new Map<number, number>()
  for (const run of known.runs.filter(({ name }) => name === job.name)) {
    const slot = latestAt(job.slots, run.wallMs)
    if (slot === undefined) continue
    ran.set(slot, (ran.get(slot) ?? 0) + 1)
    const lateMs = run.wallMs - slot
    if (lateMs > Math.max(onTimeMs, job.catchesUpMs + catchUpMs)) faults.push(`${job.name} ran ${lateMs} ms late`)
  }
  for (const [slot, count] of ran) if (count > 1) faults.push(`${job.name} ran ${count} times for ${show(slot)}`)
  const gaps = gapsOf(trusted)
  for (const { fromMs, toMs } of trusted) {
    for (const slot of between(job.slots, Math.max(fromMs, known.startMs), toMs - marginMs)) {
      if (!ran.has(slot)) faults.push(`${job.name} did not run for ${show(slot)}, and nothing kept it`)
    }
  }
  for (const [index, { fromMs, toMs, endsMs }] of gaps.entries()) {
    if (job.catchesUpMs === 0 || endsMs - toMs < catchUpMs || fromMs < known.startMs) continue
    const slot = between(job.slots, fromMs, toMs).at(-1)
    if (slot === undefined || toMs - slot > job.catchesUpMs - catchUpMs || ran.has(slot)) continue
    // The next one had come before anybody looked at the clocks: of two that are missed the later comes.
    if (between(job.slots, toMs, toMs + marginMs).length > 0) continue
    // A clock that was ahead for a while had made it late already: it comes at its time or not at all.
    if (gaps.slice(0, index).some((gap) => gap.fromMs <= slot && slot <= gap.toMs)) continue
    faults.push(`${job.name} did not catch up ${show(slot)} at ${show(toMs)}`)
  }
  return faults
}

/** Each ran once, or it was told why it did not, or what became of it. */
function onceFaults({ once, runs, told, left }: Known, trusted: readonly Stretch[]): readonly string[] {
  return [...once].flatMap(([name, atMs]) => {
    const done = runs.filter((run) => run.name === name).length
    const words = told.filter((text) => text.includes(`(${name})`)).length
    if (done > 1) return [`${name} ran ${done} times`]
    if (left.includes(name)) return [`${name} is still there`]
    if (done + words === 0) return [`${name} was lost without a word`]
    const mustRun = trusted.some(({ fromMs, toMs }) => atMs !== undefined && fromMs < atMs && atMs + marginMs < toMs)
    return mustRun && done === 0 && words === 0 ? [`${name} did not run, and nothing kept it`] : []
  })
}

/** While a process runs that knows what has passed, it comes once in each interval, and never sooner. */
function intervalFaults({ runs, lives }: Known, name: string, everyMs: number): readonly string[] {
  return lives.flatMap(({ fromMs, toMs, isSet }) => {
    if (!isSet) return []
    const times = runs.flatMap((run) =>
      run.name === name && run.passedMs >= fromMs && run.passedMs <= toMs ? [run.passedMs] : [],
    )
    const faults: string[] = []
    const least = Math.floor((toMs - fromMs - marginMs) / everyMs) - 1
    if (times.length < least) faults.push(`${name} ran ${times.length} times where ${least} were due`)
    for (const [index, timeMs] of times.entries()) {
      const beforeMs = times[index - 1]
      if (beforeMs === undefined) continue
      const gapMs = timeMs - beforeMs
      if (gapMs < everyMs - onTimeMs || gapMs > everyMs + onTimeMs) faults.push(`${name} ran after ${gapMs} ms`)
    }
    return faults
  })
}

/** Of sorted slots, those behind `fromMs` and up to `toMs`. */
function between(slots: readonly number[], fromMs: number, toMs: number): readonly number[] {
  return slots.slice(placeBehind(slots, fromMs), Math.max(placeBehind(slots, fromMs), placeBehind(slots, toMs)))
}

function latestAt(slots: readonly number[], atMs: number): number | undefined {
  return slots[placeBehind(slots, atMs) - 1]
}

function placeBehind(slots: readonly number[], atMs: number): number {
  let [low, high] = [0, slots.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((slots[middle] ?? 0) <= atMs) low = middle + 1
    else high = middle
  }
  return low
}

function show(slotMs: number): string {
  return new Date(slotMs).toISOString()
}
