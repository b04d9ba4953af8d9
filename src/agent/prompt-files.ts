import { sentenceOf } from '../errors.ts'
import type { Workspace } from '../guard/workspace.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { PromptSources } from './prompt.ts'
import type { WorkspaceWatch } from './prompt-cache.ts'

/** What the prompt reads from the workspace. A file that may not be read is left out and said in the log. */
export function promptFiles(
  workspace: Workspace,
  log: Log,
): Pick<PromptSources, 'readFile'> & Pick<WorkspaceWatch, 'listFolders'> {
  const readFile = async (path: string): Promise<string | undefined> => {
    try {
      return await workspace.readText(path)
    } catch (error) {
      log.warn('prompt', sentenceOf(error))
      return undefined
    }
  }
  const listFolders = async (path: string): Promise<readonly string[]> => {
    try {
      const listing = await workspace.list(path, limits.listEntriesMax)
      return (listing?.entries ?? []).filter((entry) => entry.kind === 'folder').map((entry) => entry.name)
    } catch {
      return [] // No folder of skills: a workspace need not have one.
    }
  }
  return { readFile, listFolders }
}
