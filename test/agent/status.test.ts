import t from 'tap'
import type { DeadLetter } from '../../src/bus/message.ts'
import { statusText } from '../../src/agent/status.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

async function statusOf(
  bench: DeviceBench,
  more: Partial<Parameters<typeof statusText>[0]> = {},
): Promise<readonly string[]> {
  return statusText({
    version: '0.1.0',
    upMs: 93_784_000,
    memoryBytes: 36.4 * 1024 * 1024,
    board: 'simulated Raspberry Pi',
    model: 'offline',
    devices: bench.devices,
    channels: [],
    waiting: 0,
    undelivered: 0,
    runningTurns: 0,
    deadLetters: [],
    isShared: false,
    ...more,
  }).split('\n')
}

const configs = { lamp: switchConfig(), fan: switchConfig({ line: 'GPIO27' }) }

void t.test('/status says what runs, on what, what is on, and what waits', async (t) => {
  const bench = new DeviceBench(t.testdir({}), configs)
  const devices = await bench.start()
  await devices.set({ name: 'fan', value: 'on' })
  t.same(await statusOf(bench), [
    'Pincer 0.1.0, up 1d 2h, 36 MB of memory.',
    'Board: simulated Raspberry Pi. Model: offline.',
    'Outputs: lamp off, fan on.',
    'Waiting: 0 messages, 0 replies. Turns running: 0.',
  ])
})

void t.test('/status has one line of what was used today where a model costs tokens', async (t) => {
  const bench = new DeviceBench(t.testdir({}), configs)
  await bench.start()
  const tokens = 'Tokens today: 12,345 of 500,000 (anthropic 12,345).'
  const model = 'anthropic/claude-sonnet-5-5'
  const lines = await statusOf(bench, { model, tokens })
  t.same([lines.length, lines[1], lines[2]], [5, `Board: simulated Raspberry Pi. Model: ${model}.`, tokens])
})

void t.test('/status says when a service last answered, and what its last trouble was', async (t) => {
  const bench = new DeviceBench(t.testdir({}), configs)
  await bench.start()
  const telegram = { title: 'Telegram', botName: 'shed_bot', lastAnswerAgeMs: 12_000, trouble: undefined }
  const trouble = { sentence: 'Telegram cannot be reached.', ageMs: 3_600_000, isOver: true }
  for (const [channel, line] of [
    [telegram, 'Telegram as @shed_bot: last answer 12s ago.'],
    [{ ...telegram, botName: undefined, lastAnswerAgeMs: undefined }, 'Telegram: no answer yet.'],
    [
      { ...telegram, trouble },
      'Telegram as @shed_bot: last answer 12s ago. Trouble (over now, 1h ago): Telegram cannot be reached.',
    ],
    [
      { ...telegram, trouble: { ...trouble, isOver: false } },
      'Telegram as @shed_bot: last answer 12s ago. Trouble (1h ago): Telegram cannot be reached.',
    ],
  ] as const) {
    t.equal((await statusOf(bench, { channels: [channel] }))[3], line)
  }
})

void t.test('/status counts in English', async (t) => {
  const bench = new DeviceBench(t.testdir({}), configs)
  await bench.start()
  for (const [waiting, undelivered, runningTurns, line] of [
    [1, 1, 1, 'Waiting: 1 message, 1 reply. Turns running: 1.'],
    [3, 2, 3, 'Waiting: 3 messages, 2 replies. Turns running: 3.'],
  ] as const) {
    t.equal((await statusOf(bench, { waiting, undelivered, runningTurns })).at(-1), line)
  }
})

void t.test('/status says that outputs are latched, why, and how that ends', async (t) => {
  const bench = new DeviceBench(t.testdir({}), configs)
  const devices = await bench.start()
  await devices.driveSafe({ latch: true, reason: '/stop all by Ada' })
  t.equal((await statusOf(bench))[2], 'Outputs: lamp off, fan off; latched safe (/stop all by Ada) until /resume.')
  await devices.unlatch()
  t.equal((await statusOf(bench))[2], 'Outputs: lamp off, fan off.')
})

void t.test('/status of a board without outputs says that there are none', async (t) => {
  const bench = new DeviceBench(t.testdir({}), {})
  await bench.start()
  t.equal((await statusOf(bench))[2], 'Outputs: none.')
})

void t.test(
  '/status says what could not be delivered: when, to whom, why and its first words, the newest first',
  async (t) => {
    const bench = new DeviceBench(t.testdir({}), configs)
    await bench.start()
    const letter = (count: number): DeadLetter => ({
      id: String(count),
      channel: 'telegram',
      chat: '4711',
      text: `reply\n${count} ${'x'.repeat(100)}`,
      atMs: new Date(2026, 10, 21, 12, count).getTime(),
      why: 'the bot was blocked',
    })
    const words = `12 ${'x'.repeat(50)}…`
    t.same((await statusOf(bench, { deadLetters: [letter(12)] })).slice(4), [
      'Not delivered, and not sent again: 1 reply.',
      `- Saturday 2026-11-21 12:12, to telegram 4711: "reply ${words}" (the bot was blocked)`,
    ])
    const many = await statusOf(bench, { deadLetters: Array.from({ length: 7 }, (_, count) => letter(count)) })
    t.equal(many[4], 'Not delivered, and not sent again: 7 replies, the last 5 of them.')
    t.match(many.slice(5), [/12:06/, /12:05/, /12:04/, /12:03/, /12:02/])
    t.equal(many.length, 10)
    t.same((await statusOf(bench, { deadLetters: [letter(12)], isShared: true })).slice(4), [
      'Not delivered, and not sent again: 1 reply. I say more of that in a private chat.',
    ])
  },
)
