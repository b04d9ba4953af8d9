import t from 'tap'
import type { Condition, Job, JobCall } from '../../src/schedule/job.ts'
import { fightsWith } from '../../src/schedule/rule-fights.ts'
import { keepsState, wishesOf } from '../../src/schedule/rule-wishes.ts'

let ids = 0
function rule(when: Condition, ...sets: readonly (readonly [string, string | number, string?])[]): Job {
  const calls = sets.map(([name, value, time]): JobCall => ({
    tool: 'device_set',
    args: time === undefined ? { name, value } : { name, value, for: time },
  }))
  return {
    id: String(++ids),
    name: `rule ${ids}`,
    time: { kind: 'when', when },
    action: { kind: 'do', calls },
    missed: 'skip',
    quiet: false,
    maker: { channel: 'terminal', chat: 'here', person: { id: '1', name: 'Ada' } },
    madeAtMs: 0,
  }
}
const level = (kind: 'above' | 'below', value: number, hysteresis = 0.5, quantity = 'temperature'): Condition => ({
  kind,
  device: 'room',
  quantity,
  value,
  hysteresis,
  forMs: 0,
})
const door = (state: string): Condition => ({ kind: 'is', device: 'door', state, forMs: 0 })
const edge = (kind: 'rising' | 'falling' | 'both'): Condition => ({ kind: 'edge', device: 'door', edge: kind })

void t.test('rules fight that can be true at once and set an output differently', async (t) => {
  const cases: readonly (readonly [Condition, Condition, boolean])[] = [
    [level('below', 22), level('above', 20), true],
    [level('above', 20), level('below', 22), true],
    [level('below', 19), level('above', 21), false],
    [level('below', 20), level('above', 20.5), true],
    [level('below', 20, 0), level('above', 20, 0), false],
    [level('above', 25), level('above', 30), false],
    [level('above', 25), level('above', 25), true],
    [level('below', 22), level('above', 20, 1, 'humidity'), false],
    [door('open'), door('open'), true],
    [door('open'), door('closed'), false],
    [edge('rising'), edge('both'), true],
    [edge('rising'), edge('falling'), false],
    [edge('rising'), door('open'), false],
    [{ kind: 'start' }, { kind: 'start' }, true],
    [{ kind: 'start' }, { kind: 'trigger', name: 'a' }, false],
    [{ kind: 'trigger', name: 'a' }, { kind: 'trigger', name: 'a' }, true],
    [{ kind: 'trigger', name: 'a' }, { kind: 'trigger', name: 'b' }, false],
    [{ kind: 'stale', device: 'room', afterMs: 1 }, { kind: 'stale', device: 'room', afterMs: 2 }, true],
    [{ kind: 'stale', device: 'room', afterMs: 1 }, { kind: 'stale', device: 'soil', afterMs: 1 }, false],
  ]
  for (const [one, other, fights] of cases) {
    const [on, off] = [rule(one, ['heater', 'on']), rule(other, ['fan', 'on'], ['heater', 'off'])]
    t.equal(fightsWith(on, [off]).length, fights ? 1 : 0, `${JSON.stringify(one)} ${JSON.stringify(other)}`)
    t.strictSame(
      fightsWith(on, [rule(one, ['heater', 'on']), rule(other, ['fan', 'off'])]),
      [],
      'the same or another output',
    )
  }
})

void t.test('the sentence names the other job, what each wants and what to change', async (t) => {
  const other = { ...rule(level('above', 20), ['heater', 40]), id: '7', name: 'too warm' }
  t.strictSame(fightsWith(rule(level('below', 22), ['heater', 'on']), [other]), [
    'It fights with Job 7 (too warm): at the same moment this wants heater on, that heater 40 %. Move their values apart, or keep one of the two.',
  ])
})

void t.test('a rule that turns round whatever others switch is named too', async (t) => {
  const lamp = (state: string): Condition => ({ kind: 'is', device: 'lamp', state, forMs: 0 })
  t.match(fightsWith(rule(lamp('off'), ['lamp', 'on']), []), [/whenever a person or a limit makes it off/])
  t.strictSame(fightsWith(rule(lamp('on'), ['lamp', 'on', '5m']), []), [])
  t.strictSame(fightsWith(rule(lamp('on'), ['fan', 'on']), []), [])
})

void t.test('jobs that say, ask or run by the clock fight with nobody', async (t) => {
  const one = rule(door('open'), ['lamp', 'on'])
  const say: Job = { ...one, action: { kind: 'say', text: 'lamp off' } }
  const daily: Job = { ...one, time: { kind: 'every', everyMs: 60_000 } }
  t.strictSame(fightsWith(rule(door('open'), ['lamp', 'off']), [say, daily]), [])
  t.strictSame(fightsWith(daily, [rule(door('open'), ['lamp', 'off'])]), [])
})

void t.test('the last word on an output counts, and a pulse is no state that a rule keeps', async (t) => {
  const job = rule(door('open'), ['lamp', 'on'], ['lamp', 'off'], ['fan', 30, '5m'])
  t.strictSame(wishesOf(job), [
    { output: 'lamp', value: 'off', ends: false },
    { output: 'fan', value: 30, ends: true },
  ])
  t.equal(keepsState(job), false)
  t.equal(keepsState(rule(door('open'), ['lamp', 'on'])), true)
  t.equal(keepsState({ action: { kind: 'do', calls: [{ tool: 'gpio_write', args: {} }] } }), false)
  t.equal(keepsState({ action: { kind: 'say', text: 'x' } }), false)
})

void t.test(
  'a rule that turns its own output round at once says so; one that lets it be for a while does not',
  async (t) => {
    const on: Condition = { kind: 'is', device: 'lamp', state: 'on', forMs: 0 }
    t.match(fightsWith(rule(on, ['lamp', 'off']), []), [
      /^It turns lamp round whenever .* nobody else can switch it then\.$/,
    ])
    t.same(fightsWith(rule({ ...on, forMs: 7_200_000 }, ['lamp', 'off']), []), [])
    t.same(fightsWith(rule(on, ['fan', 'off']), []), [])
  },
)
