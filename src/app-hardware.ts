import { readBoard } from './boards.ts'
import type { Clock } from './clock.ts'
import type { Board } from './hardware/board.ts'
import type { Simulator } from './hardware/simulator/simulator.ts'
import { loadPart } from './parts.ts'

/** The board with this id and what drives its pins; nothing is touched yet. Close it at the end. */
export async function openHardware(
  boardId: string,
  clock: Clock,
): Promise<{ readonly board: Board; readonly hardware: Simulator }> {
  const board = await readBoard(boardId, '/')
  const { createSimulator } = await loadPart('simulator')
  return { board, hardware: createSimulator({ board, clock }) }
}
