import { readBoard } from './boards.ts'
import type { Clock } from './clock.ts'
import type { Board } from './hardware/board.ts'
import type { Hardware } from './hardware/ports.ts'
import { loadPart } from './parts.ts'

export interface OpenedHardware {
  readonly board: Board
  readonly hardware: Hardware
  /** Does to the simulated world what a hand would do to a real one; absent on a real board. */
  readonly play?: (command: string) => string
  /** Gives all lines back and ends all waits and timers. */
  close(): void
}

/** The board with this id and what drives its pins; nothing is touched yet. Close it at the end. */
export async function openHardware(boardId: string, clock: Clock): Promise<OpenedHardware> {
  const board = await readBoard(boardId, '/')
  const { createSimulator } = await loadPart('simulator')
  const simulator = createSimulator({ board, clock })
  return {
    board,
    hardware: simulator,
    play: (command) => simulator.play(command),
    close: () => simulator.close(),
  }
}
