import fs from 'node:fs'
import t, { type Test } from 'tap'
import type { SwitchConfig } from '../../src/config/config.ts'
import type { SetRequest } from '../../src/devices/device.ts'
import { createDeviceTools } from '../../src/tools/devices.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'
import { toolContext } from '../support/tool-context.ts'

const minuteMs = 60_000
const asker = { channel: 'telegram', chat: '7', person: '7' }

async function started(t: Test, config: Partial<SwitchConfig> = {}) {
  const bench = new DeviceBench(t.testdir({}), { pump: switchConfig({ maxOnMs: 120 * minuteMs, ...config }) })
  await bench.start()
  const set = (request: Partial<SetRequest> = {}) => bench.devices.set({ name: 'pump', value: 'on', asker, ...request })
  const passes = async (ms: number): Promise<void> => {
    await bench.clock.advance(ms)
    await bench.idle()
  }
  return { bench, set, passes }
}

const byMaxOn = { device: 'pump', kind: 'maxOn', sentence: 'pump: switched off by maxOn after 2h.', asker } as const

void t.test('who switched it on is told once that maxOn switched it off', async (t) => {
  const { bench, set, passes } = await started(t)
  await set()
  await set({ asker: { channel: 'terminal', chat: 'local', person: '1000' } })
  await passes(120 * minuteMs - 1)
  t.same(bench.told, [])
  await passes(1)
  await passes(240 * minuteMs)
  t.strictSame(bench.told, [byMaxOn])
})

void t.test('a longer for that maxOn cut is told', async (t) => {
  const { bench, set, passes } = await started(t)
  await set({ forMs: 180 * minuteMs })
  await passes(120 * minuteMs)
  t.strictSame(bench.told, [byMaxOn])
})

void t.test('nobody is told of what was asked for: a for that ends, an off, a stop, the end of a pulse', async (t) => {
  const { bench, set, passes } = await started(t)
  await set({ forMs: 10 * minuteMs })
  await passes(10 * minuteMs)
  await set()
  await set({ value: 'off' })
  await set()
  await bench.devices.driveSafe({ latch: false, reason: '/stop all by Ada' })
  await passes(180 * minuteMs)
  t.same(bench.told, [])
  const gate = await started(t, { maxOnMs: 1_000 })
  await gate.set()
  await gate.passes(1_000)
  t.same(gate.bench.told, [])
})

void t.test('a for that could not end is told at once, and once more when the line was driven after all', async (t) => {
  const { bench, set, passes } = await started(t)
  await set({ forMs: 10 * minuteMs })
  bench.gpio.breakLine('GPIO17')
  await passes(10 * minuteMs)
  t.match(bench.told, [{ kind: 'undriven', sentence: /could not be driven off: it may be on\. .*GPIO17/, asker }])
  await passes(10 * minuteMs)
  t.equal(bench.told.length, 1, 'tries that fail are no news')
  bench.gpio.mendLine('GPIO17')
  await passes(10 * minuteMs)
  t.strictSame(bench.told.slice(1), [
    { device: 'pump', kind: 'mended', sentence: 'pump: its line works again, and it was driven off.', asker },
  ])
})

void t.test('an off for a while that cannot come back is told', async (t) => {
  const { bench, set, passes } = await started(t)
  await set()
  await set({ value: 'off', forMs: 10 * minuteMs })
  bench.gpio.failWrites('GPIO17', 1)
  await passes(10 * minuteMs)
  t.match(bench.told, [{ kind: 'not back', sentence: /^pump was to be on again, but: /, asker }])
})

void t.test('who is to be told is known after a kill and after a power cut', async (t) => {
  const { bench, set, passes } = await started(t, { start: 'last' })
  await set()
  await bench.restart(minuteMs)
  await bench.powerCut(minuteMs)
  await passes(120 * minuteMs)
  t.strictSame(bench.told, [byMaxOn])
})

void t.test('a record from before askers were kept is read, and names nobody', async (t) => {
  const { bench, set, passes } = await started(t, { start: 'last' })
  await set()
  const { outputsFile } = bench
  const { asker: known, ...pump } = JSON.parse(fs.readFileSync(outputsFile, 'utf8')).outputs.pump
  t.same(known, asker)
  const file = JSON.parse(fs.readFileSync(outputsFile, 'utf8'))
  fs.writeFileSync(outputsFile, JSON.stringify({ ...file, outputs: { pump } }))
  await bench.restart()
  await passes(120 * minuteMs)
  t.strictSame(bench.told, [{ ...byMaxOn, asker: undefined }])
})

void t.test('the tool says from which chat and person a switching comes', async (t) => {
  const { bench, passes } = await started(t)
  const tool = createDeviceTools(bench.devices).find(({ name }) => name === 'device_set')
  await tool?.run(
    { name: 'pump', value: 'on' },
    toolContext({ channel: 'telegram', chat: '-100', person: { id: '9', name: 'Ada', role: 'owner' } }),
  )
  await passes(120 * minuteMs)
  t.strictSame(bench.told, [{ ...byMaxOn, asker: { channel: 'telegram', chat: '-100', person: '9' } }])
})
