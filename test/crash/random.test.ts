import t from 'tap'
import type { Inbound } from '../../src/bus/message.ts'
import { wholeProgram } from '../support/whole-program.ts'
import {
  damagedJournal,
  inParallel,
  judge,
  longJournal,
  message,
  newHome,
  newWitness,
  numbersFrom,
  plans,
  told,
  witnessedModules,
} from './scenes.ts'
import { killAtEach } from './sweep.ts'

/** As operations.test.ts, at random instants, and while the journal is shortened or mended. */
t.setTimeout(600_000)

const program = await wholeProgram(t.testdir({}), witnessedModules)

/** From the first line of a start to the end of what is done with the journal. */
const operationsMax = 14

void t.test('nothing is lost or done twice when it is killed while the journal is shortened', async (t) => {
  await killAtEach(t, {
    program,
    folder: t.testdir({}),
    prepare: longJournal,
    operationsMax,
    includes: ['writeFile', 'rename'],
  })
  t.comment(told())
})

void t.test('nothing is lost or done twice when the power is cut while the journal is shortened', async (t) => {
  await killAtEach(t, { program, folder: t.testdir({}), prepare: longJournal, operationsMax, cutPower: true })
  t.comment(told())
})

void t.test('nothing is lost or done twice when it is killed while a damaged journal is mended', async (t) => {
  await killAtEach(t, {
    program,
    folder: t.testdir({}),
    prepare: damagedJournal,
    operationsMax,
    includes: ['truncate', 'copyFile', 'rename'],
  })
  t.comment(told())
})

void t.test('nothing is lost or done twice when it is killed at random instants, over and over', async (t) => {
  const folder = t.testdir({})
  const chains = [1, 2].map((seed) => async (): Promise<void> => {
    const random = numbersFrom(seed)
    const witness = newWitness(program, folder, newHome)
    const any = (): Inbound =>
      message('abc'.charAt(random(3)), plans[random(plans.length)] ?? '', '|'.repeat(random(5_000)))
    for (let life = 0; life < 25; life++) {
      const first = Array.from({ length: 1 + random(4) }, any)
      await witness.live({ first, later: [any(), any()], killAfterLines: 1 + random(60) })
    }
    await witness.live()
    judge(t, witness, `seed ${seed}`)
  })
  await inParallel(chains, 2)
  t.comment(told())
})
