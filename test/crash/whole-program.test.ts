import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { wholeProgram, type Program } from '../support/whole-program.ts'
import { message, newHome, newWitness, witnessedModules } from './scenes.ts'

/** The crash tests run the program from one file: this says that they kill it as they would from its source files. */
const root = join(import.meta.dirname, '../..')
const bundled = await wholeProgram(t.testdir({}), witnessedModules)
const [killer, witnessed] = witnessedModules
const fromSource: Program = {
  command: process.execPath,
  words: ['--import', join(root, killer), join(root, witnessed)],
  environment: {},
}

void t.test('a program in one file makes the same changes of the disk as from its source files', async (t) => {
  const folder = t.testdir({})
  const [changes, changesFromSource] = await Promise.all(
    [bundled, fromSource].map(async (program) => {
      const witness = newWitness(program, folder, newHome)
      t.equal(await witness.live({ first: [message('a', 'r m rm')] }), 'finished')
      t.same(witness.judge(), [])
      return witness.operations.toSorted()
    }),
  )
  t.same(changes, changesFromSource)
})

void t.test('a program in one file loses what was not synced when the power is cut, and only then', async (t) => {
  const folder = t.testdir({})
  const undisturbed = newWitness(bundled, join(folder, 'undisturbed'), newHome)
  const first = [message('a', '')]
  await undisturbed.live({ first })
  const operation = 1 + undisturbed.operations.indexOf('datasync')
  const leftBytes = async (how: 'before' | 'after', cutPower: boolean): Promise<number> => {
    const own = join(folder, `${how}-${cutPower}`)
    const witness = newWitness(bundled, own, newHome)
    t.equal(await witness.live({ first, killAt: { operation, how }, cutPower }), 'killed')
    return sizeBytes(own)
  }
  // Far less than a record: numbers of processes have more digits or fewer.
  const nothing = 20
  const cut = await leftBytes('before', true)
  t.ok(cut + nothing < (await leftBytes('after', true)), 'what the sync would have confirmed')
  t.ok(cut + nothing < (await leftBytes('before', false)), 'a kill alone takes nothing')
})

function sizeBytes(folder: string): number {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return files.reduce((sum, each) => sum + fs.statSync(join(each.parentPath, each.name)).size, 0)
}
