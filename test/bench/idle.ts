import { setTimeout as wait } from 'node:timers/promises'
import { readCounters, type Counters } from './counters.ts'
import { startPeers } from './peers.ts'
import { forgetPages, start, startPolling, type Subject } from './subjects.ts'

export interface IdleFigures {
  readonly memory: Counters
  /** In the window, scaled to a minute; a text says why there was none. */
  readonly window: { readonly wakeUps: number; readonly cpuMs: number; readonly writtenBytes: number } | string
}

/** Behind the end of the first poll, which is after 30 s: what only the second one brings up is in the figures. */
const settleMs = 40_000

/** What it takes to hold polls at Telegram over TLS; the bare runtime only waits. */
export async function measureIdle(subject: Subject, scratch: string, windowMs: number): Promise<IdleFigures> {
  const peers = await startPeers(scratch)
  const home = peers.makeHome()
  forgetPages(subject)
  const running = subject.name === 'bare' ? start(subject, home, peers) : await startPolling(subject, home, peers)
  await running.during(wait(settleMs))
  const memory = readCounters(running.pid)
  await running.during(wait(windowMs))
  const after = readCounters(running.pid)
  await running.end()
  await peers.stop()
  const aMinute = 60_000 / windowMs
  const scaled = (field: keyof Counters): number => (after[field] - memory[field]) * aMinute
  const window = { wakeUps: scaled('wakeUps'), cpuMs: scaled('cpuMs'), writtenBytes: scaled('writtenBytes') }
  return { memory, window: windowMs === 0 ? 'left out by --quick' : window }
}
