import fs from 'node:fs'
import { join } from 'node:path'

/**
 * An attacker with a shell in the workspace: swaps a folder and a file for links to the outside and back, as fast as
 * it can, until its parent goes away. Arguments: the workspace, and the folder outside.
 */
const [root = '', outside = ''] = process.argv.slice(2)
if (root === '' || outside === '') throw new Error('usage: path-swapper WORKSPACE OUTSIDE')

const folder = join(root, 'folder')
const file = join(root, 'file.txt')
const aside = { folder: join(root, 'folder.aside'), file: join(root, 'file.aside') }

/** The victim writes here too: what it has just made may be in the way of a step. */
function attempt(step: () => void): void {
  try {
    step()
  } catch {
    // The next round tries again.
  }
}

function swap(): void {
  attempt(() => fs.renameSync(folder, aside.folder))
  attempt(() => fs.symlinkSync(outside, folder))
  attempt(() => fs.renameSync(file, aside.file))
  attempt(() => fs.symlinkSync(join(outside, 'secret.txt'), file))
  attempt(() => fs.unlinkSync(folder))
  attempt(() => fs.renameSync(aside.folder, folder))
  attempt(() => fs.unlinkSync(file))
  attempt(() => fs.renameSync(aside.file, file))
}

process.stdout.write('ready\n')
const parent = process.ppid
while (process.ppid === parent) for (let round = 0; round < 1_000; round++) swap()
