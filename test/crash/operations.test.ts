import t from 'tap'
import { wholeProgram } from '../support/whole-program.ts'
import { told, newHome, witnessedModules } from './scenes.ts'
import { killAtEach } from './sweep.ts'

/**
 * The program is killed (SIGKILL) during turns that change things, and a process outside judges what it saw: nothing
 * accepted is lost, nothing is changed twice, nothing is answered twice but what was in flight.
 */
t.setTimeout(600_000)

const program = await wholeProgram(t.testdir({}), witnessedModules)

void t.test('nothing is lost or done twice when it is killed at each operation on the disk', async (t) => {
  await killAtEach(t, { program, folder: t.testdir({}), prepare: newHome })
  t.comment(told())
})

void t.test('nothing is lost or done twice when the power is cut at each operation on the disk', async (t) => {
  await killAtEach(t, { program, folder: t.testdir({}), prepare: newHome, cutPower: true })
  t.comment(told())
})
