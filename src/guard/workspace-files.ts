import { isPincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { EntryKind } from './confined-folder.ts'
import type { Workspace } from './workspace.ts'

export interface AnyEntry {
  readonly path: string
  readonly kind: EntryKind
  readonly sizeBytes: number
  /** False for a folder that holds more than is walked: too deep, too many names, names that no path may have, or unfinished writes. */
  readonly isWhole: boolean
}

/** Everything in the workspace, hidden names too, in name order, a folder before what it holds. Fails as `list` does. */
export async function* everyFile(
  workspace: Workspace,
  folder = '.',
  levels: number = limits.walkLevelsMax,
): AsyncGenerator<AnyEntry, void, undefined> {
  const listing = await workspace.list(folder, limits.folderNamesMax)
  for (const { name, kind, sizeBytes } of listing?.entries ?? []) {
    const path = folder === '.' ? name : `${folder}/${name}`
    if (!canName(workspace, path)) {
      yield { path: folder, kind: 'folder', sizeBytes: 0, isWhole: false }
      continue
    }
    yield { path, kind, sizeBytes, isWhole: kind !== 'folder' || levels > 0 }
    if (kind === 'folder' && levels > 0) yield* everyFile(workspace, path, levels - 1)
  }
  if ((listing?.moreCount ?? 0) > 0 || (await workspace.hasUnfinished(folder)))
    yield { path: folder, kind: 'folder', sizeBytes: 0, isWhole: false }
}

function canName(workspace: Workspace, path: string): boolean {
  try {
    return workspace.validate(path).text === path
  } catch (error) {
    if (isPincerError(error)) return false
    throw error
  }
}
