import { join } from 'node:path'
import { Bus } from '../../src/bus/bus.ts'
import { Journal } from '../../src/bus/journal.ts'
import type { Inbound, Outbound } from '../../src/bus/message.ts'
import { cameOut } from './canary-watch.ts'
import { FakeClock } from './fake-clock.ts'
import { createLogLines } from './log-lines.ts'

export interface BusRig {
  readonly bus: Bus
  readonly journal: Journal
  readonly clock: FakeClock
  readonly path: string
  readonly logLines: readonly string[]
  /** What the owner was told. */
  readonly told: readonly string[]
  /** What the agent heard. */
  readonly heard: Inbound[]
  /** What the channels heard. */
  readonly out: Outbound[]
}

/** A bus over a real journal in this folder. What is said `hunter2` counts as a secret. */
export async function openBus(folder: string, clock = new FakeClock()): Promise<BusRig> {
  const path = join(folder, 'journal.jsonl')
  const { log, lines: logLines } = createLogLines()
  const told: string[] = []
  const journal = await Journal.open({ path, clock, log, tell: (_kind, sentence) => told.push(sentence) })
  const bus = new Bus({ journal, clock, redact: (text) => text.replaceAll('hunter2', '[secret]') })
  const heard: Inbound[] = []
  const out: Outbound[] = []
  bus.onAccepted((message) => heard.push(message))
  bus.onOutbound((message) => {
    out.push(message)
    cameOut('said', JSON.stringify(message))
  })
  return { bus, journal, clock, path, logLines, told, heard, out }
}
