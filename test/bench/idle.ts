import { setTimeout as wait } from 'node:timers/promises'
import { readCounters, type Counters } from './counters.ts'
import { startPeers } from './peers.ts'
import { start, startPolling, type Subject } from './subjects.ts'

export interface IdleFigures {
  readonly memory: Counters
  /** In the window, scaled to a minute; a text says why there was none. */
  readonly window: { readonly wakeUps: number; readonly cpuMs: number; readonly writtenBytes: number } | string
}

const settleMs = 20_000
/** The runtime collects the garbage of a start when the first poll ends, after 30 s: no minute of rest has that in it. */
const restMs = 25_000

/** What it takes to hold polls at Telegram over TLS; the bare runtime only waits. Memory is read behind 20 s. */
export async function measureIdle(subject: Subject, scratch: string, windowMs: number): Promise<IdleFigures> {
  const peers = await startPeers(scratch)
  const home = peers.makeHome()
  const running = subject.name === 'bare' ? start(subject, home, peers) : await startPolling(subject, home, peers)
  await running.during(wait(settleMs))
  const memory = readCounters(running.pid)
  if (windowMs > 0) await running.during(wait(restMs))
  const before = readCounters(running.pid)
  await running.during(wait(windowMs))
  const after = readCounters(running.pid)
  await running.end()
  await peers.stop()
  const aMinute = 60_000 / windowMs
  const scaled = (field: keyof Counters): number => (after[field] - before[field]) * aMinute
  const window = { wakeUps: scaled('wakeUps'), cpuMs: scaled('cpuMs'), writtenBytes: scaled('writtenBytes') }
  return { memory, window: windowMs === 0 ? 'left out by --quick' : window }
}
