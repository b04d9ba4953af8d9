import fs from 'node:fs'
import { join } from 'node:path'
import { makeWholeProgram } from '../../build/distribution.ts'

const root = join(import.meta.dirname, '../..')

/**
 * A program in one file, for tests that start it hundreds of times: from its source files each start takes three times
 * as long. It is made anew by who uses it, so it is never older than its source.
 */
export interface Program {
  readonly command: string
  readonly words: readonly string[]
  /** What its processes need in their environment: they share their compiled code. */
  readonly environment: Readonly<Record<string, string>>
}

/** `modules`, paths in the repository, run in this order. `folder` is made. */
export async function wholeProgram(folder: string, modules: readonly string[]): Promise<Program> {
  fs.mkdirSync(folder, { recursive: true })
  const file = await makeWholeProgram(root, folder, 'program', modules)
  // The runner of the tests gives each runtime that they start a hook into its modules, a third of such a start.
  const words = ['-u', 'NODE_OPTIONS', process.execPath, file]
  return { command: '/usr/bin/env', words, environment: { NODE_COMPILE_CACHE: join(folder, 'cache') } }
}
