import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as v from 'valibot'
import type { Condition, JobAction, JobTime } from '../../src/schedule/job.ts'
import { planJobs } from '../support/planned-jobs.ts'
import { level } from '../support/trigger-rig.ts'
import { readCounters } from './counters.ts'
import { person, startPeers } from './peers.ts'
import { forgetPages, startPolling, type Subject } from './subjects.ts'
import type { Row } from './table.ts'

/** A daemon with ten jobs and ten triggers, polling at Telegram, in which no trigger fires. */
export interface ScheduleFigures {
  readonly pssBytes: number
  readonly privateAnonymousBytes: number
  /** In a minute. */
  readonly wakeUps: number
  readonly cpuMs: number
  readonly writtenBytesAnHour: number
  /** What its own records grew by, without the whole pages of the disk. */
  readonly recordBytesAnHour: number
  /** From when each run was due to when its record was begun. */
  readonly latenessMs: readonly number[]
}

const everyMs = 60_000
/** Behind the end of the first poll, which is after 30 s. */
const settleMs = 40_000

const conditions: readonly Condition[] = [
  ...[60, 70, 80, 90].map((value) => level('above', value)),
  ...[-60, -70].map((value) => level('below', value)),
  { kind: 'stale', device: 'soil', afterMs: 300_000 },
  { kind: 'edge', device: 'door', edge: 'rising' },
  { kind: 'is', device: 'door', state: 'open', forMs: 60_000 },
  { kind: 'is', device: 'lamp', state: 'on', forMs: 0 },
]
/** Reads what a job would look at, and says nothing. */
const looks: JobAction = { kind: 'do', calls: [{ tool: 'device_read', args: { name: 'door' } }] }
const times: readonly JobTime[] = [
  ...conditions.map((when): JobTime => ({ kind: 'when', when })),
  ...conditions.map((): JobTime => ({ kind: 'every', everyMs })),
]

export async function measureSchedule(subject: Subject, scratch: string, windowMs: number): Promise<ScheduleFigures> {
  const peers = await startPeers(scratch)
  const home = peers.makeHome()
  const state = join(home, 'state')
  await planJobs(
    state,
    person,
    times.map((time) => ({ time, action: looks, quiet: true })),
  )
  forgetPages(subject)
  const running = await startPolling(subject, home, peers)
  await running.during(wait(settleMs))
  const before = readCounters(running.pid)
  const records = join(state, 'jobs.jsonl')
  const sizeBefore = fs.statSync(records).size
  await running.during(wait(windowMs))
  const after = readCounters(running.pid)
  const grownBytes = fs.statSync(records).size - sizeBefore
  const latenessMs = latenessOf(fs.readFileSync(records, 'utf8'))
  await running.end()
  await peers.stop()
  return {
    pssBytes: after.pssBytes,
    privateAnonymousBytes: after.privateAnonymousBytes,
    wakeUps: ((after.wakeUps - before.wakeUps) * 60_000) / windowMs,
    cpuMs: ((after.cpuMs - before.cpuMs) * 60_000) / windowMs,
    writtenBytesAnHour: ((after.writtenBytes - before.writtenBytes) * 3_600_000) / windowMs,
    recordBytesAnHour: (grownBytes * 3_600_000) / windowMs,
    latenessMs,
  }
}

const jobLine = v.object({
  k: v.literal('job'),
  s: v.object({ job: v.object({ id: v.string() }), anchorMs: v.number() }),
})
const runLine = v.object({ k: v.literal('run'), e: v.number(), id: v.string(), slot: v.number() })

/** Of all runs in these records. A line is a checksum and a record. */
function latenessOf(lines: string): readonly number[] {
  const records = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line.slice(line.indexOf(' '))))
  const anchorsMs = new Map(
    records.flatMap((record) => {
      const parsed = v.safeParse(jobLine, record)
      return parsed.success ? [[parsed.output.s.job.id, parsed.output.s.anchorMs]] : []
    }),
  )
  return records.flatMap((record) => {
    const parsed = v.safeParse(runLine, record)
    if (!parsed.success) return []
    const { id, slot, e } = parsed.output
    return [e - (anchorsMs.get(id) ?? Number.NaN) - slot * everyMs]
  })
}

export function scheduleRows(figures: Readonly<Record<'bundle' | 'executable', ScheduleFigures>>): readonly Row[] {
  const row = (what: string, unit: string, digits: number, value: (one: ScheduleFigures) => number): Row => ({
    what: `ten jobs a minute and ten triggers: ${what}`,
    unit,
    bound: '',
    aim: '',
    bundle: value(figures.bundle),
    executable: value(figures.executable),
    digits,
  })
  const mebibyte = 1024 * 1024
  return [
    row('PSS', 'MiB', 1, (one) => one.pssBytes / mebibyte),
    row('private anonymous memory', 'MiB', 1, (one) => one.privateAnonymousBytes / mebibyte),
    row('wake-ups a minute', '', 0, (one) => one.wakeUps),
    row('CPU a minute', 'ms', 1, (one) => one.cpuMs),
    row('flash written an hour', 'KB', 0, (one) => one.writtenBytesAnHour / 1_000),
    row('records an hour', 'KB', 0, (one) => one.recordBytesAnHour / 1_000),
    row('lateness, 99th percentile', 'ms', 0, (one) => percentile(one.latenessMs, 0.99)),
    row('runs measured', '', 0, (one) => one.latenessMs.length),
  ]
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const found = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
  if (found === undefined) throw new Error('There is no percentile of nothing.')
  return found
}
