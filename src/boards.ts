import { listAssets, readAsset } from './assets.ts'
import type { LineAnswer } from './config/wiring-checks.ts'
import { PincerError } from './errors.ts'
import { boardFault, boardOf, matchIn } from './hardware/board-file.ts'
import { type Board, findLine, isExpanderLine, unknownBoard } from './hardware/board.ts'
import { matchBoard, readHostBoard } from './hardware/host-board.ts'
import { nearest } from './nearest.ts'
import { loadPart } from './parts.ts'

/** Ids of the built-in board files. */
export function boardIds(): readonly string[] {
  return boardPaths().map(idIn)
}

/**
 * The board of this id, one of `boardIds`, or for `auto` the one that the host below `root` is: one without a file where
 * no file fits, never the simulated one.
 */
export async function readBoard(id: string, root: string): Promise<Board> {
  if (id !== 'auto') {
    const path = pathOf(id)
    return boardOf(await contentOf(path), path)
  }
  const host = readHostBoard(root)
  // Without a device tree no file can fit, and none has to be read.
  if (host.compatible.length === 0 && host.model === undefined) return unknownBoard(undefined)
  const files = await Promise.all(
    boardPaths().map(async (path) => {
      const content = await contentOf(path)
      return { path, content, match: matchIn(content, path) }
    }),
  )
  const found = matchBoard(host, files)
  return found === undefined ? unknownBoard(host.model ?? host.compatible[0]) : boardOf(found.content, found.path)
}

/** What `pincer check` says of the board of this id on the host below `root`: which one `auto` found, what is unverified. */
export async function boardRemarks(id: string, root: string): Promise<readonly string[]> {
  if (id === 'simulated') return []
  const { remarksOn } = await loadPart('boardPicture')
  return remarksOn(id, await readBoard(id, root))
}

/** What the configuration asks of boards, see LoadOptions. */
export function boardsForConfig(root: string) {
  return {
    boards: boardIds(),
    defaultDevices: async (id: string) => ({ ...(await readBoard(id, root)).devices }),
    lineResolver: async (id: string) => lineResolver(await readBoard(id, root)),
  }
}

/** `undefined` where no board file says which lines there are. */
function lineResolver(board: Board): ((line: string) => LineAnswer) | undefined {
  if (board.pins.length === 0) return undefined
  return (line) => {
    const found = findLine(board, line)
    if (found === undefined) {
      if (isExpanderLine(line) && board.id !== 'simulated') return { status: 'usable', name: line, address: line }
      const free = board.pins.filter((pin) => pin.line !== undefined && pin.reserved === undefined)
      const names = free.map(({ name }) => name)
      return { status: 'unknown', nearest: nearest(line, names) }
    }
    const { name, address, reserved } = found
    return reserved === undefined ? { status: 'usable', name, address } : { status: 'reserved', reason: reserved }
  }
}

function boardPaths(): readonly string[] {
  return listAssets('boards/')
}

function pathOf(id: string): string {
  const path = boardPaths().find((each) => idIn(each) === id)
  if (path === undefined)
    throw new PincerError('file', `There is no board file of this name: ${boardIds().join(', ')}.`)
  return path
}

function idIn(path: string): string {
  return path.replace(/^boards\/(.*)\.\w+$/, '$1')
}

/** The build turns the notation of the repository's files into JSON, which needs no part to be read. */
async function contentOf(path: string): Promise<unknown> {
  const text = readAsset(path)
  if (path.endsWith('.json')) return JSON.parse(text)
  const { readYaml } = await loadPart('yaml')
  const outcome = readYaml(text)
  const [fault] = outcome.faults
  if (fault !== undefined) throw boardFault(path, `line ${fault.line} has ${fault.found}, expected ${fault.expected}`)
  return outcome.status === 'read' ? outcome.file.root : undefined
}
