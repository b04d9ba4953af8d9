import t from 'tap'
import { fileGuards } from '../support/taint-guards.ts'
import { seeEachFail } from '../support/taint-mutants.ts'

t.setTimeout(600_000)

void t.test(
  'without any one of the lines that keep the mark on what is read and written, something gets through',
  async (t) => {
    await seeEachFail(t, fileGuards)
  },
)
