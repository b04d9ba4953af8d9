import type { Writable } from 'node:stream'
import { join } from 'node:path'
import { openHardware } from './app-hardware.ts'
import { runOnce } from './channels/terminal/script-mode.ts'
import type { Clock } from './clock.ts'
import type { SwitchConfig } from './config/config.ts'
import type { LoadedConfig } from './config/load.ts'
import { formatCheck } from './config/report.ts'
import { connectControl } from './daemon/control-client.ts'
import { acquireHomeLock, homeLockHolder } from './daemon/home-lock.ts'
import { limits } from './limits.ts'
import { createLog, type Redact } from './log.ts'
import { loadPart } from './parts.ts'

interface SafeStateOptions {
  /** The folder of the home, which exists. */
  readonly home: string
  readonly userId: number
  readonly load: () => Promise<LoadedConfig>
  readonly clock: Clock
  readonly redact: Redact
  readonly output: Writable
  readonly error: Writable
  /** Aborted: leave now. */
  readonly signal: AbortSignal
}

/**
 * `pincer safe-state`. With a daemon it is that daemon's /stop all: it alone can write the lines that it holds. Without
 * one every line is driven from here, latching nothing. 0: done; 1: a line could not be driven, or the daemon does not
 * answer; 2: the configuration is wrong, and what is known without it was driven.
 */
export async function safeState(options: SafeStateOptions): Promise<0 | 1 | 2> {
  const lock = await acquireHomeLock(options.home, options.userId)
  if (lock === 'taken') return stopAll(options)
  try {
    return await driveAll(options)
  } finally {
    await lock.release()
  }
}

async function driveAll({ home, load, clock, redact, output, error }: SafeStateOptions): Promise<0 | 1 | 2> {
  const stateFolder = join(home, 'state')
  const { makeBoardSafe, wasSimulated } = await loadPart('safeState')
  const loaded = await load()
  const isKnown = loaded.status === 'ok'
  const { board: id, devices } = isKnown
    ? loaded.config
    : { board: (await wasSimulated(stateFolder)) ? 'simulated' : 'auto', devices: {} }
  const log = createLog({ level: 'warn', redact, write: (line) => void error.write(`${line}\n`) })
  const opened = await openHardware({ boardId: id, clock, log, nativeFolder: join(stateFolder, 'native') })
  const { simulated } = opened.hardware
  const entries = Object.entries(devices)
  const switches = entries.flatMap(([name, config]): readonly (readonly [string, SwitchConfig])[] =>
    'safe' in config ? [[name, config]] : [],
  )
  try {
    const made = await makeBoardSafe({
      configs: isKnown ? new Map(switches) : 'unknown',
      usedLines: new Set(entries.flatMap(([, config]) => ('line' in config ? [config.line] : []))),
      ports: opened.hardware,
      simulated,
      clock: opened.clock,
      log,
      stateFolder,
    })
    if (made.length === 0)
      output.write(`${isKnown ? 'No output is configured, and none' : 'No line'} was left driven.\n`)
    for (const { sentence, done } of made) (done ? output : error).write(`${sentence}\n`)
    if (!isKnown) {
      error.write(
        `${formatCheck(loaded)}\nOnly what Pincer had switched before was driven: correct this, then run it again.\n`,
      )
      return 2
    }
    return made.every(({ done }) => done) ? 0 : 1
  } finally {
    opened.close()
  }
}

async function stopAll({ home, userId, clock, output, error, signal }: SafeStateOptions): Promise<0 | 1> {
  const late = Promise.withResolvers<'late'>()
  const timer = clock.after(limits.controlAnswerMs, () => late.resolve('late'))
  const leave = new AbortController()
  const answered = async (): Promise<0 | 1 | 'late'> => {
    const client = await connectControl(home, clock)
    if (client === 'none') return 'late'
    const openLink: Parameters<typeof runOnce>[0]['openLink'] = (peer) => client.attach(peer)
    const both = AbortSignal.any([signal, leave.signal])
    return runOnce({ openLink, output, error, clock, signal: both, text: '/stop all' })
  }
  const answer = await Promise.race([answered(), late.promise])
  timer.cancel()
  if (answer !== 'late') return answer
  leave.abort()
  const pid = await homeLockHolder(home, userId)
  const endIt = pid === undefined ? 'End it' : `End it with \`kill -9 ${pid}\``
  error.write(
    `The Pincer that serves ${home} does not answer, and only it can write the lines that it holds. ${endIt}, then run \`pincer safe-state\` again; cut the power if that cannot wait.\n`,
  )
  return 1
}
