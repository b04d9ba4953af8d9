import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type * as YearModule from '../support/schedule-year.ts'
import { liveYear } from '../support/schedule-year.ts'
import { type Mutation, mutantSource } from '../support/mutant-source.ts'

/**
 * `SCHEDULE_YEARS=20 npm test test/schedule/year.test.ts` lives that many years, each with a seed of its own;
 * `SCHEDULE_SEED` is the first of them.
 */
const years = Number(process.env['SCHEDULE_YEARS'] ?? 1)
const firstSeed = Number(process.env['SCHEDULE_SEED'] ?? 1)
t.setTimeout(years * 900_000)

for (let seed = firstSeed; seed < firstSeed + years; seed++) {
  void t.test(`in the year ${seed} every slot is accounted for, and none runs twice`, async (t) => {
    const { runs, cuts, slots, onceJobs, faults } = await liveYear(t.testdir({}), { seed, days: 365 })
    t.comment(`${slots} slots on the calendar, ${onceJobs} jobs for one run, ${runs} runs, ${cuts} power cuts`)
    t.ok(runs > 10_000 && cuts > 20, 'much happened')
    t.same(faults, [])
  })
}

const planted: readonly (readonly [string, days: number, Mutation, RegExp])[] = [
  [
    'the record of a run is not written before it',
    30,
    ['schedule/runner.ts', "await store.append([{ k: 'run', id, slot, ...after }], { sync: true })", ''],
    /ran \d+ times for/,
  ],
  [
    'what ran before a clock jumped back is not remembered',
    6,
    ['schedule/covered.ts', 'each.fromMs < slotMs && slotMs <= each.toMs', 'false'],
    /ran \d+ times for/,
  ],
  [
    'what was missed is never caught up',
    30,
    [
      'schedule/missed.ts',
      "return missed === 'once' && lateMs <= graceMs(action) ? 'catch-up' : 'missed'",
      "return 'missed'",
    ],
    /did not catch up/,
  ],
]

for (const [what, days, mutation, fault] of planted) {
  void t.test(`${days} days are enough to see it when ${what}`, async (t) => {
    const path = join(mutantSource(t, [mutation]), 'test/support/schedule-year.ts')
    const mutant = (await import(pathToFileURL(path).href)) as typeof YearModule
    const { faults } = await mutant.liveYear(t.testdir({}), { seed: 1, days })
    t.ok(
      faults.some((each) => fault.test(each)),
      `${faults.length} faults, such as ${faults[0]}`,
    )
  })
}
