import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Test } from 'tap'
import type * as FileTools from './file-tools.ts'
import type { Call } from './file-tools.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
let mutants = 0

/** A file of src/, what stands there, and what is to stand there. */
export type Mutation = readonly [file: string, from: string, to: string]

/** A copy of src/ and test/support/ with these guards taken out, as a folder. A guard that is not found fails. */
export function mutantSource(t: Test, mutations: readonly Mutation[]): string {
  // Below the repository, where packages are found.
  const folder = join(repository, `.tap/mutants/${process.pid}-${++mutants}`)
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }))
  for (const each of ['src', 'test/support']) {
    fs.cpSync(join(repository, each), join(folder, each), { recursive: true })
  }
  for (const each of ['boards', 'workspace', 'package.json']) {
    fs.symlinkSync(join(repository, each), join(folder, each))
  }
  for (const [file, from, to] of mutations) {
    const path = join(folder, 'src', file)
    const text = fs.readFileSync(path, 'utf8')
    if (!text.includes(from)) throw new Error(`${file} has no such guard: ${from}`)
    fs.writeFileSync(
      path,
      text.replace(from, () => to),
    )
  }
  return folder
}

/** The file tools of such a copy. */
export async function mutantTools(t: Test, root: string, mutations: readonly Mutation[]): Promise<Call> {
  const path = join(mutantSource(t, mutations), 'test/support/file-tools.ts')
  const { toolsOn } = (await import(pathToFileURL(path).href)) as typeof FileTools
  return (await toolsOn(root)).call
}
