import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { ScriptPeer } from '../../src/channels/terminal/script-peer.ts'
import type { TerminalLink } from '../../src/channels/terminal/terminal-peer.ts'
import { createSystemClock } from '../../src/clock.ts'
import { connectControl } from '../../src/daemon/control-client.ts'
import { readCounters, sizeOfFiles } from './counters.ts'
import { median } from './table.ts'
import type { Running } from './subjects.ts'

export interface TurnFigures {
  /** Message in to reply out, over the control socket. */
  readonly plainMs: number
  readonly readingMs: number
  /** By the kernel's count, which is in pages of 4 KiB. */
  readonly writtenBytes: number
  readonly grownBytes: number
  readonly fsyncs: number | string
}

const warmTurns = 10
const timedTurns = 40
const countedTurns = 20

/** Texts the daemon that serves `home` as `pincer chat` would. */
export async function measureTurns(running: Running, home: string, scratch: string): Promise<TurnFigures> {
  const clock = createSystemClock()
  const client = await connectControl(home, clock)
  if (client === 'none') throw new Error(`Nobody serves ${home}.`)
  const peer = new ScriptPeer(() => Promise.resolve())
  const link = await client.attach(peer)
  const turns = async (text: string, count: number): Promise<number> => {
    const times: number[] = []
    for (let turn = 0; turn < count; turn++) times.push(await oneTurn(peer, link, text))
    return median(times)
  }
  const oneTurn = async (peer: ScriptPeer, link: TerminalLink, text: string): Promise<number> => {
    const startedMs = performance.now()
    await peer.exchange(link, text, { clock, onFull: () => undefined })
    return performance.now() - startedMs
  }

  await turns('help', warmTurns)
  await turns('read room', warmTurns)
  const plainMs = await turns('help', timedTurns)
  const readingMs = await turns('read room', timedTurns)

  const before = { writtenBytes: readCounters(running.pid).writtenBytes, sizeBytes: sizeOfFiles(home) }
  await turns('help', countedTurns)
  const writtenBytes = readCounters(running.pid).writtenBytes - before.writtenBytes
  const grownBytes = sizeOfFiles(home) - before.sizeBytes
  const fsyncs = await countFsyncs(running.pid, join(scratch, 'strace.txt'), () => turns('help', countedTurns))
  await link.close()
  return {
    plainMs,
    readingMs,
    writtenBytes: writtenBytes / countedTurns,
    grownBytes: grownBytes / countedTurns,
    fsyncs: typeof fsyncs === 'number' ? fsyncs / countedTurns : fsyncs,
  }
}

/** The calls of fsync and fdatasync during `work`, or why they cannot be counted. */
async function countFsyncs(pid: number, log: string, work: () => Promise<unknown>): Promise<number | string> {
  const strace = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync', '-o', log, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const failed = once(strace, 'error').then(() => 'strace is not installed')
  const exited = once(strace, 'exit')
  const attached = once(strace.stderr, 'data').then(([text]) => String(text))
  const said = await Promise.race([failed, attached])
  if (!/attached/.test(said)) return said.trim()
  await work()
  strace.kill('SIGINT')
  await exited
  return (fs.readFileSync(log, 'utf8').match(/ f(?:data)?sync\(/g) ?? []).length
}
