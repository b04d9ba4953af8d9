import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { compileSanitized, sanitizerEnvironment, withoutSanitizer } from '../support/sanitized-addon.ts'
import { type Board, bootBoard } from './board.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { runInside } from './inside.ts'
import { withoutAddresses } from './kernel-support.ts'

const root = new URL('../..', import.meta.url).pathname

/** A board with our addon under sanitizers, and what programs that load it must have in their environment. */
async function bootWatched(
  t: Test,
): Promise<{ readonly board: Board; readonly env: Readonly<Record<string, string>> }> {
  const board = await bootBoard(t)
  await compileSanitized(join(board.sharedFolder, 'pincer.node'))
  return { board, env: { ADDON: '/run/shared/pincer.node', ...sanitizerEnvironment('/run/shared/sanitizer') } }
}

/** The sanitizers wrote down what they saw, one file a process. */
async function saysNothingOfOurs(t: Test, board: Board): Promise<void> {
  const names = (await readdir(board.sharedFolder)).filter((name) => name.startsWith('sanitizer.'))
  const logs = await Promise.all(names.map((name) => readFile(join(board.sharedFolder, name), 'utf8')))
  t.ok(logs.length > 0, 'they were there')
  for (const log of logs) {
    t.notMatch(log, 'ERROR: AddressSanitizer')
    t.notMatch(log, 'hardware/native/')
  }
}

void t.test(
  'real lines leave no memory behind and touch none that is not theirs',
  { skip: withoutSanitizer || withoutAddresses },
  async (t) => {
    const { board, env } = await bootWatched(t)
    await runInside(t, board, 'guest/gpio-addon-tests.ts', env)
    await saysNothingOfOurs(t, board)
  },
)

void t.test(
  'a stuck I2C bus takes one thread and no file, and whoever asked for it may end',
  { skip: withoutSanitizer || withoutAddresses },
  async (t) => {
    const { board, env } = await bootWatched(t)
    board.i2c.plug(0x76, new RegisterChip({ 0xd0: 0x60 }))
    const command = ['/bin/sh', `${root}build/node`, `${root}test/board/guest/stuck-bus-program.ts`]
    const program = board.start(command, { env })
    await program.says('stick it')
    board.i2c.stick()
    program.type('\n')
    await program.says('free it')
    await board.i2c.hanging()
    board.i2c.free()
    await program.says('stick it again')
    board.i2c.stick()
    program.type('\n')
    await program.says('the worker has ended')
    await board.i2c.hanging()
    board.i2c.free()
    program.type('\n')
    const { code, stdout, stderr } = await program.ended
    t.same(stdout.trim().split('\n'), [
      'at first: 2 done, 60',
      'nobody: 0 done, ',
      'stick it',
      'while it hangs: EBUSY',
      'files: read',
      'free it',
      'what hung: 0 done, ',
      'after it: 2 done, 60',
      'stick it again',
      'in a worker: EBUSY',
      'the worker has ended',
      'at last: 2 done, 60',
    ])
    t.equal(code, 0, stderr)
    await saysNothingOfOurs(t, board)
  },
)
