import fs from 'node:fs'
import t from 'tap'
import { Origins } from '../../src/guard/origins.ts'
import { openWorkspace, type Workspace } from '../../src/guard/workspace.ts'
import { FakeClock } from './fake-clock.ts'
import { createLogLines } from './log-lines.ts'

export interface OwnFiles {
  readonly workspace: Workspace
  readonly origins: Origins
  readonly stateFolder: string
  readonly logLines: readonly string[]
}

/** The workspace in this folder with the record of its own files, which is kept beside it: opened twice, it is a restart. */
export async function openOwnFiles(
  root: string,
  builtIn: readonly (readonly [path: string, text: string])[] = [],
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<OwnFiles> {
  const stateFolder = `${root}.state`
  fs.mkdirSync(stateFolder, { recursive: true })
  const { log, lines: logLines } = createLogLines()
  const workspace = await openWorkspace({ root })
  const clock = new FakeClock()
  const origins = await Origins.open({ stateFolder, workspace, builtIn: () => builtIn, isNew, clock, log })
  t.teardown(() => origins.close())
  return { workspace, origins, stateFolder, logLines }
}

/** As `openOwnFiles`, at the very first start on what stands in the folder now. */
export function openOwnFilesAnew(root: string): Promise<OwnFiles> {
  fs.rmSync(`${root}.state`, { recursive: true, force: true })
  return openOwnFiles(root)
}
