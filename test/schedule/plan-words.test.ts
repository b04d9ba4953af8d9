import t from 'tap'
import { createCalendar } from '../../src/schedule/calendar.ts'
import { planWords } from '../../src/schedule/plan-words.ts'
import { type DraftContext, readDraft } from '../../src/schedule/read-draft.ts'
import type { DraftArguments } from '../../src/schedule/tools.ts'

const before = process.env['TZ']
t.before(() => (process.env['TZ'] = 'Europe/Berlin'))
t.teardown(() => {
  if (before === undefined) delete process.env['TZ']
  else process.env['TZ'] = before
})

const calendar = createCalendar()
const devices = [
  { name: 'lamp', kind: 'switch', output: true, quantities: ['state'], limits: '' },
  { name: 'door', kind: 'contact', output: false, quantities: ['state'], limits: '' },
  { name: 'room', kind: 'bme280', output: false, quantities: ['temperature', 'humidity'], limits: '' },
]
const context: DraftContext = {
  // The night before clocks are put back.
  nowMs: Date.parse('2026-10-24T12:00:00Z'),
  timezone: 'Europe/Berlin',
  isTrusted: true,
  calendar: () => Promise.resolve(calendar),
  devices: { list: () => devices },
  examine: ({ tool, args }) => Promise.resolve({ words: `${tool} ${JSON.stringify(args)}`, need: undefined }),
}

async function wordsOf(args: DraftArguments): Promise<string> {
  return planWords(await readDraft(args, context), args)
}

const read = { tool: 'device_read', args: { name: 'room' } }
const say = 'x'

void t.test('a plan is told whole, when first', async (t) => {
  const told: readonly (readonly [DraftArguments, string])[] = [
    [{ in: '10m', say: 'Tea' }, 'in 10m: say "Tea"'],
    [{ in: '0s', ask: 'look around' }, 'now: ask me "look around"'],
    [{ every: '90m', do: [read] }, 'every 1h 30m: device_read {"name":"room"}, each time without asking again'],
    [
      { at: 'tomorrow 7pm', do: [read, read] },
      'at Sunday 2026-10-25 19:00 (UTC+01:00): device_read {"name":"room"}; device_read {"name":"room"}, without asking again',
    ],
    [{ every: 'weekdays at 6:45', say }, 'every weekday at 06:45 (Europe/Berlin): say "x"'],
    [
      { when: { device: 'room.humidity', above: 60, hysteresis: 5, for: '61s' }, say },
      'when room.humidity is above 60 for 1m 1s, again once it was back by 5: say "x"',
    ],
    [{ when: { device: 'door', is: 'open' }, say }, 'when door opens: say "x"'],
    [
      { in: '1m', say, missed: 'skip', quiet: true, name: 'tea' },
      'in 1m: say "x", left out where it was missed, telling only what went wrong, under the name "tea"',
    ],
    [{ in: '1m', say, missed: 'once', quiet: false }, 'in 1m: say "x"'],
    [{ in: '1m', say: 'a", quiet\n\u202eb' }, String.raw`in 1m: say "a\", quiet\n\u202eb"`],
  ]
  for (const [args, expected] of told) t.equal(await wordsOf(args), expected)
})

void t.test('plans that do not do the same never read alike', async (t) => {
  const times: readonly DraftArguments[] = [
    { in: '1h' },
    { in: '1h 1s' },
    { in: '3600001ms' },
    { every: '1h' },
    { every: '1h 1s' },
    { at: '2026-10-25T02:30+02:00' },
    { at: '2026-10-25T02:30+01:00' },
    { at: '2026-10-25 02:30:30' },
    { every: 'day at 07:00' },
    { every: 'day at 07:00', zone: 'UTC' },
    { cron: '0 7 * * *', zone: 'Asia/Tokyo' },
    { cron: '30 0 7 * * *' },
    { cron: '0 7 * * 1' },
    { cron: '0 7 1 * *' },
    { cron: '0 7 1 * 1' },
    { cron: '0 7 * 1 *' },
    { cron: '*/30 8-17 * * *' },
    { cron: '*/30 8-18 * * *' },
    { cron: '0 8-18/2 * * *' },
    { when: { device: 'door', edge: 'rising' } },
    { when: { device: 'door', edge: 'both' } },
    { when: { device: 'door', is: 'open' } },
    { when: { device: 'door', is: 'open', for: '5m' } },
    { when: { device: 'door', is: 'open', for: '300001ms' } },
    { when: { device: 'room', above: 20 } },
    { when: { device: 'room', above: 20, hysteresis: 0 } },
    { when: { device: 'room', below: 20 } },
    { when: { device: 'room.humidity', above: 20 } },
    { when: { device: 'room', stale: '5m' } },
    { when: { event: 'start' } },
    { when: { event: 'trigger', name: 'start' } },
  ]
  const actions: readonly DraftArguments[] = [
    { say: 'x' },
    { say: 'x"' },
    { say: 'x\\"' },
    { say: 'x\n' },
    { say: 'x ' },
    { say: 'x", telling only what went wrong' },
    { ask: 'x' },
    { do: [read] },
    { do: [read, read] },
    { do: [{ tool: 'device_read' }] },
  ]
  const ways: readonly DraftArguments[] = [{}, { quiet: true }, { name: 'a' }, { name: 'a", quiet' }]
  const seen = new Map<string, string>()
  for (const time of times) {
    for (const action of actions) {
      for (const way of ways) {
        const args = { ...time, ...action, ...way }
        const words = await wordsOf(args)
        t.notOk(seen.has(words), `${words}: ${JSON.stringify(args)} and ${seen.get(words) ?? ''}`)
        seen.set(words, JSON.stringify(args))
      }
    }
  }
  t.equal(seen.size, times.length * actions.length * ways.length)
})
