import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Board } from './board.ts'

/** What the device tree of a host says of its board; nothing on a host without a device tree. */
export interface HostBoard {
  /** Most specific first. */
  readonly compatible: readonly string[]
  readonly model: string | undefined
}

/** Reads /proc/device-tree below `root`. Never fails: what cannot be read says nothing. */
export function readHostBoard(root: string): HostBoard {
  return { compatible: stringsIn(root, 'compatible'), model: stringsIn(root, 'model')[0] }
}

/** The one of `boards` that the host is: by the most specific `compatible` that any of them has, else by `model`. */
export function matchBoard<Known extends Pick<Board, 'match'>>(
  host: HostBoard,
  boards: readonly Known[],
): Known | undefined {
  for (const name of host.compatible) {
    const found = boards.find(({ match }) => match.compatible.includes(name))
    if (found !== undefined) return found
  }
  const { model } = host
  return model === undefined
    ? undefined
    : boards.find(({ match }) => match.model.some((beginning) => model.startsWith(beginning)))
}

/** Each string of a property ends with NUL. */
function stringsIn(root: string, property: string): readonly string[] {
  try {
    const text = readFileSync(join(root, 'proc/device-tree', property), 'utf8')
    return text.split('\0').filter((each) => each !== '')
  } catch {
    return []
  }
}
