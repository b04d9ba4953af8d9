import fs from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { CanarySearch } from './canary-search.ts'
import { canary, isSource, watchedFolder } from './canary-watch.ts'
import { hashTree } from './escape-cases.ts'

/** A home with something to steal in every place around the workspace. */
export interface EscapeHome {
  readonly folder: string
  readonly workspace: string
  /** What is to be stolen, by the path of its file from the home. */
  readonly canaries: ReadonlyMap<string, string>
  /** The canaries in what came out. */
  stolen(out: string): readonly string[]
  /** Whether anything around the workspace has changed since the home was made, or since this was last asked. */
  changed(): boolean
}

/** Files around the workspace that attacks aim at; `outside/folder` also has a canary as a name. */
export const targets = [
  'state/journal.jsonl',
  'state/sessions/chat.jsonl',
  '.env',
  'pincer.yaml',
  'outside/shadow',
  'outside/folder/b.md',
  'workspace-evil/file.md',
] as const

/** `above/home`: what stands beside the home is a target too. */
export function createEscapeHome(t: Test): EscapeHome {
  const above = fs.realpathSync(watchedFolder(t, { home: { workspace: {} } }))
  const folder = join(above, 'home')
  const workspace = join(folder, 'workspace')
  const canaries = new Map<string, string>()
  const plant = (path: string): void => {
    const secret = canary(path.replaceAll(/\W+/g, ''))
    canaries.set(path, secret)
    fs.mkdirSync(join(folder, path, '..'), { recursive: true, mode: 0o700 })
    fs.writeFileSync(join(folder, path), `${secret}\n`, { mode: 0o600 })
    isSource(join(folder, path))
  }
  for (const path of [...targets, '../above.txt']) plant(path)
  const name = canary('name')
  canaries.set('outside/folder', name)
  fs.writeFileSync(join(folder, 'outside/folder', name), '')
  isSource(join(folder, 'outside/folder', name))
  const search = new CanarySearch(Object.fromEntries([...canaries.values()].map((each) => [each, each])))
  for (const each of ['notes/deep/er', 'folder']) fs.mkdirSync(join(workspace, each), { recursive: true })
  for (const each of ['plain.md', 'notes/a.md', 'folder/b.md', 'folder/shadow'])
    fs.writeFileSync(join(workspace, each), 'inside\n')
  const look = (): string => `${hashTree(folder, ['workspace', 'workspace.state'])} ${hashTree(above, ['home'])}`
  let before = look()
  return {
    folder,
    workspace,
    canaries,
    stolen: (out) => [...new Set(search.found(out).map(({ name: secret }) => secret))],
    changed() {
      const now = look()
      const isOther = now !== before
      before = now
      return isOther
    },
  }
}
