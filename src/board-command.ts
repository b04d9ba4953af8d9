import { openHardware } from './app-hardware.ts'
import type { Clock } from './clock.ts'
import type { LoadedConfig } from './config/load.ts'
import { formatCheck } from './config/report.ts'
import { isPincerError } from './errors.ts'
import type { GpioPort, LineInfo } from './hardware/ports.ts'
import { loadPart } from './parts.ts'

export interface ShownBoard {
  readonly picture: string
  /** What keeps the picture from being whole; empty where nothing does. */
  readonly complaint: string
  readonly exitCode: 0 | 2
}

/**
 * `pincer board`: also with a wrong configuration, since whoever corrects a line looks for its name here. Nothing is
 * requested: beside a daemon its lines are shown as held.
 */
export async function showBoard(loaded: LoadedConfig, clock: Clock): Promise<ShownBoard> {
  const { board: id, devices } = loaded.status === 'ok' ? loaded.config : { board: loaded.board, devices: {} }
  const { drawBoard } = await loadPart('boardPicture')
  const opened = await openHardware(id, clock)
  const { board, hardware } = opened
  try {
    const { lines, fault } = await linesOf(hardware.gpio)
    const picture = drawBoard({ board, devices, lines })
    if (loaded.status === 'ok') return { picture, complaint: fault, exitCode: 0 }
    const complaint = `${formatCheck(loaded)}\nNo device is shown: correct this first.`
    return { picture, complaint: [complaint, fault].filter(Boolean).join('\n'), exitCode: 2 }
  } finally {
    opened.close()
  }
}

async function linesOf(gpio: GpioPort): Promise<{ readonly lines: readonly LineInfo[]; readonly fault: string }> {
  try {
    return { lines: await gpio.lines(), fault: '' }
  } catch (error) {
    if (!isPincerError(error)) throw error
    return { lines: [], fault: `What holds which line is not shown. ${error.message}` }
  }
}
