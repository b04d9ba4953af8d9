import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getAsset } from 'node:sea'
import { PincerError } from './errors.ts'
import { builtAs } from './runtime.ts'

/** The folders that travel with the program. */
const assetFolders: readonly string[] = ['boards', 'workspace']

/** The text of a file that travels with the program, for example `workspace/AGENTS.md`. No such file: PincerError `file`. */
export function readAsset(path: string): string {
  // Asking the list first keeps every other file of the disk out of reach, whatever the path holds.
  if (!listAssets('').includes(path)) {
    throw new PincerError('file', `This build of Pincer has no file ${path} built in.`)
  }
  return builtAs() === 'executable' ? getAsset(path, 'utf8') : readFileSync(join(assetRoot(), path), 'utf8')
}

/** The sorted paths, with `/`, of the files whose path starts with `prefix`, for example `workspace/skills/`. */
export function listAssets(prefix: string): readonly string[] {
  return allAssets().filter((path) => path.startsWith(prefix))
}

/** They do not change while the program runs, and a start asks for them a dozen times. */
const kept: { all?: readonly string[] } = {}

function allAssets(): readonly string[] {
  kept.all ??= readList().sort()
  return kept.all
}

function readList(): string[] {
  // A single executable cannot list its assets, so the build adds an index: one path a line.
  if (builtAs() === 'executable') return getAsset('assets.txt', 'utf8').split('\n')
  return assetFolders.flatMap((folder) => filesIn(folder))
}

function filesIn(folder: string): string[] {
  const path = join(assetRoot(), folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(inner) : entry.isFile() ? [inner] : []
  })
}

/** In the bundle `import.meta.dirname` is dist/, where the build has copied the folders. */
function assetRoot(): string {
  return builtAs() === 'source' ? join(import.meta.dirname, '..') : import.meta.dirname
}
