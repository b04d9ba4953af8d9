import type { Workspace } from '../guard/workspace.ts'
import { limits } from '../limits.ts'
import type { WorkspaceWatch } from './prompt-cache.ts'

/** The folders of a workspace, for its skills. */
export function foldersOf(workspace: Workspace): WorkspaceWatch['listFolders'] {
  return async (path) => {
    try {
      const listing = await workspace.list(path, limits.listEntriesMax)
      return (listing?.entries ?? []).filter((entry) => entry.kind === 'folder').map((entry) => entry.name)
    } catch {
      return [] // No folder of skills: a workspace need not have one.
    }
  }
}
