import { readBoard } from './boards.ts'
import { askingKernel, type Clock } from './clock.ts'
import type { Board } from './hardware/board.ts'
import type { Hardware } from './hardware/ports.ts'
import type { Log } from './log.ts'
import { nativeFile } from './native-files.ts'
import { loadPart } from './parts.ts'

export interface OpenedHardware {
  readonly board: Board
  readonly hardware: Hardware
  /** The clock, which the kernel of a real board is asked about too. */
  readonly clock: Clock
  /** Does to the simulated world what a hand would do to a real one; absent on a real board. */
  readonly play?: (command: string) => string
  /** Gives all lines back and ends all waits and timers. */
  close(): void
}

/** The board with this id and what drives its pins; nothing is touched yet. Close it at the end. */
export async function openHardware(options: {
  readonly boardId: string
  readonly clock: Clock
  readonly log: Log
  /** A folder of our own for what has to be unpacked before it can be loaded. */
  readonly nativeFolder: string
}): Promise<OpenedHardware> {
  const { boardId, clock, log, nativeFolder } = options
  const board = await readBoard(boardId, '/')
  if (board.id !== 'simulated') {
    const { createLinuxHardware } = await loadPart('linux')
    const hardware = createLinuxHardware({ board, clock, log, nativeFile: (name) => nativeFile(name, nativeFolder) })
    const asking = askingKernel(clock, () => hardware.clockIsKept())
    return { board, hardware, clock: asking, close: () => hardware.close() }
  }
  const { createSimulator } = await loadPart('simulator')
  const simulator = createSimulator({ board, clock })
  return {
    board,
    hardware: simulator,
    clock,
    play: (command) => simulator.play(command),
    close: () => simulator.close(),
  }
}
