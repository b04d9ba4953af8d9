import { existsSync } from 'node:fs'
import { builtKernel } from '../board/kernel/board-kernel.ts'
import { measureBoardMemory, type BoardMemoryFigures } from './board-memory.ts'
import { measureBoardPins, type BoardPinFigures, type Spread } from './board-pins.ts'
import { measureBoardWakeUps, type BoardWakeUpFigures } from './board-wake-ups.ts'
import type { Subject } from './subjects.ts'
import type { Row } from './table.ts'

/** What a real kernel's pins and buses cost, measured on the virtual board (test/board). */
export interface BoardFigures {
  readonly pins: BoardPinFigures
  readonly memory: BoardMemoryFigures
  readonly wakeUps: BoardWakeUpFigures | string
}

/** Answers what is missing where this host has no virtual board. */
export async function measureBoard(
  daemon: Subject,
  { isQuick }: { readonly isQuick: boolean },
): Promise<BoardFigures | string> {
  const addon = new URL('../../dist/native/pincer.node', import.meta.url)
  if (!existsSync(addon)) return 'needs `npm run native`'
  if ((await builtKernel('um')) === undefined) return 'needs `npm run board:kernel`'
  const pins = await measureBoardPins(isQuick ? 20 : 200)
  const memory = await measureBoardMemory(isQuick ? 1 : 5)
  return { pins, memory, wakeUps: isQuick ? 'left out by --quick' : await measureBoardWakeUps(daemon) }
}

/** Nothing is promised here: a real board has other processors, and no test between its pins and its kernel. */
export function boardRows(board: BoardFigures | string): readonly Row[] {
  const row = (what: string, unit: string, value: (figures: BoardFigures) => number | string): Row => ({
    what: `virtual board: ${what}`,
    unit,
    bound: '',
    aim: '',
    bundle: typeof board === 'string' ? board : value(board),
    digits: 0,
  })
  const clocks = typeof board === 'string' ? '' : ` (the clocks matched to ± ${board.pins.clockErrorMs.toFixed(2)} ms)`
  const wakeUps = (field: keyof BoardWakeUpFigures) => (figures: BoardFigures) =>
    typeof figures.wakeUps === 'string' ? figures.wakeUps : figures.wakeUps[field]
  return [
    row(`edge outside → handler${clocks}`, 'ms', ({ pins }) => formatSpread(pins.edgeToHandlerMs)),
    row("the kernel's time of that edge → handler", 'ms', ({ pins }) => formatSpread(pins.kernelToHandlerMs)),
    row('set in the driver → back, the level outside changed', 'ms', ({ pins }) => formatSpread(pins.setMs)),
    row('edge outside → line set by the handler, seen outside', 'ms', ({ pins }) => formatSpread(pins.roundTripMs)),
    row('memory of one more switch', 'KiB', ({ memory }) => memory.switch),
    row('memory of one more contact', 'KiB', ({ memory }) => memory.contact),
    row('memory of one more INA219', 'KiB', ({ memory }) => memory.ina219),
    row('wake-ups a minute, polling, ten buttons watched', '', wakeUps('watching')),
    row('the same without a device', '', wakeUps('alone')),
  ]
}

function formatSpread({ median, p99 }: Spread): string {
  return `${median.toFixed(2)}, p99 ${p99.toFixed(2)}`
}
