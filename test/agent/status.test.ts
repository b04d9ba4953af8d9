import t from 'tap'
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
    openMessages: 1,
    undelivered: 0,
    runningTurns: 0,
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

void t.test('/status does not count itself as waiting, and counts in English', async (t) => {
  const bench = new DeviceBench(t.testdir({}), configs)
  await bench.start()
  for (const [openMessages, undelivered, runningTurns, line] of [
    [2, 1, 1, 'Waiting: 1 message, 1 reply. Turns running: 1.'],
    [4, 2, 3, 'Waiting: 3 messages, 2 replies. Turns running: 3.'],
  ] as const) {
    t.equal((await statusOf(bench, { openMessages, undelivered, runningTurns })).at(-1), line)
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
