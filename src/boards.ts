import { listAssets, readAsset } from './assets.ts'
import type { LineAnswer } from './config/wiring-checks.ts'
import { findPin, lineAddress, parseBoard, reservedReason, type Board } from './hardware/board.ts'
import { nearest } from './nearest.ts'

/** Ids of the built-in board files. */
export function boardIds(): readonly string[] {
  return listAssets('boards/').map((path) => path.replace(/^boards\/(.*)\.json$/, '$1'))
}

/** The board file with this id, one of `boardIds`. */
export function readBoard(id: string): Board {
  const path = `boards/${id}.json`
  return parseBoard(readAsset(path), path)
}

/** What the configuration asks of a board's lines; `undefined` for a board without a file. The file is read once. */
export function resolveLines(boardId: string): ((line: string) => LineAnswer) | undefined {
  if (!boardIds().includes(boardId)) return undefined
  const board = readBoard(boardId)
  return (line) => answerLine(board, line)
}

function answerLine(board: Board, line: string): LineAnswer {
  const pin = findPin(board, line)
  const address = pin === undefined ? undefined : lineAddress(pin)
  if (pin === undefined || address === undefined) {
    const names = board.pins.filter((each) => each.chip !== undefined && each.reserved === undefined)
    return {
      status: 'unknown',
      nearest: nearest(
        line,
        names.map((each) => each.name),
      ),
    }
  }
  const reason = reservedReason(board, line)
  return reason === undefined ? { status: 'usable', name: pin.name, address } : { status: 'reserved', reason }
}
