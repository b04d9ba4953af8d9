import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type * as Kills from '../support/schedule-kills.ts'
import { killAtEach } from '../support/schedule-kills.ts'
import { type Mutation, mutantSource } from '../support/mutant-source.ts'

/** The schedule dies at each change of the disk that it makes, and starts again; what was done is counted outside. */
t.setTimeout(900_000)

for (const losesUnsynced of [false, true]) {
  const what = losesUnsynced ? 'the power is cut' : 'it is killed'
  void t.test(`no slot is done twice and no job is lost when ${what} at each change of the disk`, async (t) => {
    const { kills, operations, faults } = await killAtEach(t.testdir({}), { losesUnsynced, every: 1 })
    t.comment(`${operations} changes, ${kills} kills`)
    t.ok(operations > 60 && kills >= 2 * operations - 4, 'each of them')
    t.same(faults, [])
  })
}

const planted: readonly (readonly [string, Mutation, RegExp])[] = [
  [
    'the record of a run is not written before it',
    ['schedule/runner.ts', "await store.append([{ k: 'run', id, slot, ...after }], { sync: true })", ''],
    /was done twice|was done 2 times/,
  ],
  [
    'the record of a run is written but not synced',
    [
      'schedule/runner.ts',
      "await store.append([{ k: 'run', id, slot, ...after }], { sync: true })",
      "await store.append([{ k: 'run', id, slot, ...after }], { sync: false })",
    ],
    /was done twice|was done 2 times/,
  ],
  [
    'what was interrupted is not told',
    ['schedule/interrupted-run.ts', 'await tell(job, interruptedText(job, running.calls))', ''],
    /was lost without a word/,
  ],
]

for (const [what, mutation, fault] of planted) {
  void t.test(`the sweep sees it when ${what}`, async (t) => {
    const path = join(mutantSource(t, [mutation]), 'test/support/schedule-kills.ts')
    const mutant = (await import(pathToFileURL(path).href)) as typeof Kills
    const { faults } = await mutant.killAtEach(t.testdir({}), { losesUnsynced: true, every: 2 })
    t.ok(
      faults.some((each) => fault.test(each)),
      `${faults.length} faults, such as ${faults[0]}`,
    )
  })
}
