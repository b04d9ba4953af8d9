import fs from 'node:fs'
import type { Clock } from '../../src/clock.ts'
import { createLog } from '../../src/log.ts'
import { createCalendar } from '../../src/schedule/calendar.ts'
import { createSchedule } from '../../src/schedule/scheduler.ts'
import { draft } from './schedule-rig.ts'

/** An hour passes in six seconds. */
const speed = 600

/** `bornMs`: real wall ms at which this board was switched on; all its processes share that. */
function fastClock(bornMs: number): Clock {
  const passedMs = (): number => (Date.now() - bornMs) * speed
  return {
    bootId: 'boot-1',
    nowMs: () => Date.parse('2027-01-01T00:00:00Z') + passedMs(),
    monotonicMs: () => passedMs(),
    wallIsSet: () => true,
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs / speed)
      return { cancel: () => clearTimeout(timer) }
    },
  }
}

/** Tells another process at once, on file descriptor 3: a kill cannot take back what that has heard. */
function tell(event: string, text: string): void {
  fs.writeSync(3, `${JSON.stringify({ event, text })}\n`)
}

/** A schedule over `folder` in this process, until stdin ends. It makes a job for one run of each name in `add`. */
export async function liveOnce(folder: string, bornMs: number, add: readonly string[]): Promise<void> {
  const schedule = createSchedule({
    clock: fastClock(bornMs),
    log: createLog({ level: 'error', redact: (text) => text, write: (line) => tell('log', line) }),
    stateFolder: folder,
    calendar: () => Promise.resolve(createCalendar()),
    perform: {
      say: () => Promise.resolve(),
      async do(job, run) {
        const ended = await run.beforeChange(`mark ${job.name}`)
        tell('done', job.name ?? '')
        await ended()
        return { kind: 'done', said: 'marked' }
      },
      ask: () => Promise.resolve({ kind: 'done' }),
    },
    tell: (job, text) => Promise.resolve(tell('told', `${job.name} ${text}`)),
    tellOwner: (_kind, sentence) => tell('owner', sentence),
    roleNow: () => 'owner',
    builtAtMs: 0,
  })
  await schedule.start()
  tell('started', '')
  const action = { kind: 'do', calls: [] } as const
  for (const [index, name] of add.entries()) {
    await schedule.add(draft({ name, time: { kind: 'in', delayMs: 60_000 * index }, missed: 'once', action }))
    tell('made', name)
  }
  process.stdin.resume()
  await new Promise((resolve) => process.stdin.once('end', resolve))
  await schedule.stop()
}
