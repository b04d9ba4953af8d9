import t from 'tap'
import { greetingLines, servedLines } from '../src/greeting.ts'
import { thingsToTry } from '../src/model/offline/grammar.ts'
import { deviceSets } from './support/offline-devices.ts'

const place = { version: '0.1.0', board: 'simulated Raspberry Pi', boardKind: 'simulated', model: 'offline' } as const

void t.test('the first greeting has four lines, none too long for a small terminal', async (t) => {
  const lines = greetingLines({ ...place, tries: thingsToTry(deviceSets.board), fresh: true })
  t.same(lines, [
    'Pincer 0.1.0: this terminal is your chat with the board. Ctrl-D leaves.',
    'The board is a simulated Raspberry Pi, nothing real. /sim plays with its world.',
    'The model is offline, a small English grammar: no key, no account, no network.',
    'Try: read room · turn on the lamp for 10 minutes · help (commands: /help)',
  ])
  t.ok(lines.every((line) => line.length <= 80))
})

void t.test('later starts say in one line where one is', async (t) => {
  const lines = greetingLines({ ...place, tries: [], fresh: false })
  t.same(lines, ['Pincer 0.1.0 on a simulated Raspberry Pi. /help lists commands; Ctrl-D leaves.'])
})

void t.test('on a real board nothing is said to be unreal, and one without a file says how its lines go', async (t) => {
  const known = { ...place, board: 'Raspberry Pi 5', boardKind: 'known' } as const
  const [, real = ''] = greetingLines({ ...known, tries: [], fresh: true })
  t.equal(real, 'The board is a Raspberry Pi 5. What you switch is real.')
  const unknown = { ...place, board: 'board that Pincer does not know (Odd)', boardKind: 'unknown' } as const
  const line = "Its lines go by the kernel's names or as chip:line: `pincer board` lists them."
  for (const fresh of [true, false]) {
    t.ok(greetingLines({ ...unknown, tries: [], fresh }).includes(line))
    t.notOk(greetingLines({ ...known, tries: [], fresh }).includes(line))
  }
  const served = { home: '/h', devices: [], builtAs: 'executable' } as const
  t.equal(servedLines({ ...unknown, ...served })[1], line)
  t.notOk(servedLines({ ...known, ...served }).includes(line))
})

void t.test('a daemon says what it serves, and with which command one texts it', async (t) => {
  const served = { ...place, home: '/home/ada/.pincer', devices: deviceSets.sensors }
  t.same(servedLines({ ...served, builtAs: 'executable' }), [
    'Pincer 0.1.0 serves /home/ada/.pincer: a simulated Raspberry Pi, model offline.',
    'Devices: room, door.',
    'Text it from another terminal: pincer --home /home/ada/.pincer chat',
  ])
  const fromSource = servedLines({ ...served, home: "/it's here", devices: [], builtAs: 'source' })
  t.same(fromSource.slice(1), [
    'No devices are configured.',
    String.raw`Text it from another terminal: npm start -- --home '/it'\''s here' chat`,
  ])
})

void t.test('with a provider the first greeting says where one writes to', async (t) => {
  const lines = greetingLines({ ...place, model: 'anthropic/claude-sonnet-5-5', tries: ['read room'], fresh: true })
  t.equal(lines[2], 'The model is anthropic/claude-sonnet-5-5. What you write here goes to it.')
})

void t.test('a daemon on Telegram says who is answered, or how the first person gets in', async (t) => {
  const served = { ...place, home: '/home/ada/.pincer', devices: [], builtAs: 'executable' } as const
  t.equal(
    servedLines({ ...served, telegram: [1, 22] })[2],
    'Telegram: text your bot. It answers 1, 22 and whoever is paired.',
  )
  t.equal(
    servedLines({ ...served, telegram: [] })[2],
    'Telegram: text your bot. It answers a stranger with a code; here, pincer --home /home/ada/.pincer pair CODE lets you in.',
  )
})
