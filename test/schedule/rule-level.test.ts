import t from 'tap'
import { type LevelCondition, type Observed, RuleLevel } from '../../src/schedule/rule-level.ts'

/** What each observation, ten seconds after the one before, makes of the condition. */
function play(condition: LevelCondition, observed: readonly Observed[]): readonly string[] {
  const level = new RuleLevel(condition, 0)
  return observed.map((each, index) => level.observe(each, (index + 1) * 10_000) ?? '-')
}

const room = { device: 'room', quantity: 'temperature', hysteresis: 1, forMs: 0 }

void t.test('above becomes true beyond its value, and stays so until it is back by the hysteresis', async (t) => {
  const values = [24, 25, 25.1, 26, 24.9, 24.1, 24, 25, 25.1]
  t.strictSame(play({ ...room, kind: 'above', value: 25 }, values), [
    'false',
    'false',
    'true',
    '-',
    '-',
    '-',
    'false',
    'false',
    'true',
  ])
})

void t.test('below is the same from the other side', async (t) => {
  const values = [19, 18.9, 19.9, 20, 19.5, 18]
  const expected = ['false', 'true', '-', 'false', 'false', 'true']
  t.strictSame(play({ ...room, kind: 'below', value: 19 }, values), expected)
})

void t.test('a time that it must last begins anew with each break, hysteresis or not', async (t) => {
  const values = [26, 26, 24.5, 26, 26, 26, 24.5]
  const expected = ['-', '-', 'false', '-', '-', 'true', '-']
  t.strictSame(play({ ...room, kind: 'above', value: 25, forMs: 20_000 }, values), expected)
})

void t.test('a state holds for its time, and what is not known changes nothing', async (t) => {
  const condition = { kind: 'is', device: 'door', state: 'open', forMs: 20_000 } as const
  const level = new RuleLevel(condition, 0)
  t.equal(level.dueMs, undefined)
  t.equal(level.observe('open', 1_000), undefined)
  t.equal(level.dueMs, 21_000)
  t.equal(level.observe(undefined, 5_000), undefined)
  t.equal(level.observe('open', 20_999), undefined)
  t.equal(level.observe('open', 21_000), 'true')
  t.equal(level.dueMs, undefined)
  t.equal(level.observe('closed', 22_000), 'false')
  t.equal(level.isTrue, false)
})

void t.test(
  'stale becomes true when there was no good reading for its time, and false with the next one',
  async (t) => {
    const expected = ['false', 'false', 'false', 'true', '-', 'false', 'false', 'false', 'true']
    const nothing = undefined
    const observed = [20, nothing, nothing, nothing, nothing, 21, nothing, nothing, nothing]
    t.strictSame(play({ kind: 'stale', device: 'room', afterMs: 30_000 }, observed), expected)
  },
)

void t.test('what is forgotten becomes true anew', async (t) => {
  const level = new RuleLevel({ ...room, kind: 'above', value: 25 }, 0)
  t.equal(level.observe(26, 1), 'true')
  level.forget()
  t.equal(level.isTrue, false)
  t.equal(level.observe(26, 2), 'true')
})
