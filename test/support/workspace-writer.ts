import { openWorkspace } from '../../src/guard/workspace.ts'

/**
 * Replaces one file over and over by `A` and `B` repeated, and says each finished write, until it is killed.
 * With a second argument, writes once, that many bytes, and says how it ended. Arguments: the workspace, bytes.
 */
const [root, once] = process.argv.slice(2)
if (root === undefined) throw new Error('usage: workspace-writer WORKSPACE [BYTES]')
const workspace = await openWorkspace({ root })

if (once === undefined) {
  for (;;) {
    for (const letter of ['A', 'B']) {
      await workspace.write('notes/big.txt', letter.repeat(400_000))
      process.stdout.write(letter)
    }
  }
}
try {
  await workspace.write('notes/big.txt', 'N'.repeat(Number(once)))
  process.stdout.write('written')
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : 'failed')
}
