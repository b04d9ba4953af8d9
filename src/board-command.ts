import type { Writable } from 'node:stream'
import { join } from 'node:path'
import { openHardware } from './app-hardware.ts'
import type { Clock } from './clock.ts'
import type { LoadedConfig } from './config/load.ts'
import { formatCheck } from './config/report.ts'
import { isPincerError } from './errors.ts'
import type { GpioPort, LineInfo } from './hardware/ports.ts'
import { createLog, type Redact } from './log.ts'
import { loadPart } from './parts.ts'

interface BoardCommandOptions {
  /** The folder of the home, if there is one. */
  readonly home: string
  readonly load: () => Promise<LoadedConfig>
  readonly clock: Clock
  readonly redact: Redact
  readonly output: Writable
  readonly error: Writable
}

/**
 * `pincer board`: also with a wrong configuration, since whoever corrects a line looks for its name here; then without
 * devices, and 2. No line is requested: those that a daemon holds are shown as held.
 */
export async function showBoard(options: BoardCommandOptions): Promise<0 | 2> {
  const { home, load, clock, redact, output, error } = options
  const complain = (text: string): void => void error.write(`${redact(text)}\n`)
  const loaded = await load()
  const isKnown = loaded.status === 'ok'
  const { board: boardId, devices } = isKnown ? loaded.config : { board: loaded.board, devices: {} }
  const log = createLog({ level: 'warn', redact, write: (line) => void error.write(`${line}\n`) })
  const opened = await openHardware({ boardId, clock, log, nativeFolder: join(home, 'state/native') })
  try {
    const { lines, fault } = await linesOf(opened.hardware.gpio)
    const { drawBoard } = await loadPart('boardPicture')
    output.write(`${redact(drawBoard({ board: opened.board, devices, lines }))}\n`)
    if (fault !== undefined) complain(fault)
  } finally {
    opened.close()
  }
  if (isKnown) return 0
  complain(`${formatCheck(loaded)}\nNo device is shown: correct this first.`)
  return 2
}

async function linesOf(
  gpio: GpioPort,
): Promise<{ readonly lines: readonly LineInfo[] | undefined; readonly fault?: string }> {
  try {
    return { lines: await gpio.lines() }
  } catch (error) {
    if (!isPincerError(error)) throw error
    return { lines: undefined, fault: `What holds which line is not shown. ${error.message}` }
  }
}
