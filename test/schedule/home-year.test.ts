import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { liveAtHome } from '../support/home-year.ts'
import type * as HomeYearModule from '../support/home-year.ts'
import { type Mutation, mutantSource } from '../support/mutant-source.ts'

/** The whole program, started again from its real files at each cut; `year.test.ts` lives longer with the schedule alone. */
t.setTimeout(900_000)

void t.test('in weeks of the whole program every slot is accounted for, and nothing is done twice', async (t) => {
  const { runs, cuts, slots, onceJobs, faults } = await liveAtHome(t.testdir({}), { seed: 1, days: 30 })
  t.comment(`${slots} slots on the calendar, ${onceJobs} jobs for one run, ${runs} runs, ${cuts} power cuts`)
  t.ok(runs > 1_000 && cuts > 5, 'much happened')
  t.same(faults, [])
})

const unrecorded: Mutation = [
  'schedule/runner.ts',
  "await store.append([{ k: 'run', id, slot, ...after }], { sync: true })",
  '',
]

void t.test('days are enough to see it when the record of a run is not written before it', async (t) => {
  const path = join(mutantSource(t, [unrecorded]), 'test/support/home-year.ts')
  const mutant = (await import(pathToFileURL(path).href)) as typeof HomeYearModule
  const { faults } = await mutant.liveAtHome(t.testdir({}), { seed: 1, days: 10 })
  t.ok(
    faults.some((each) => /ran \d+ times for/.test(each)),
    `${faults.length} faults, such as ${faults[0]}`,
  )
})
