import t from 'tap'
import { talkGuards } from '../support/taint-guards.ts'
import { seeEachFail } from '../support/taint-mutants.ts'

t.setTimeout(600_000)

void t.test('without any one of the lines that keep the mark on what is said, something gets through', async (t) => {
  await seeEachFail(t, talkGuards)
})
