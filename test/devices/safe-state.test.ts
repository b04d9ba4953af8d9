import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeBoardSafe } from '../../src/devices/safe-state.ts'
import type { SwitchConfig } from '../../src/config/config.ts'
import { createLog } from '../../src/log.ts'
import { DeviceBench, hardwareWith, switchConfig } from '../support/device-bench.ts'

const minuteMs = 60_000

/** `pincer safe-state` after kill -9: no process has the lines, which keep their level. */
async function makeSafe(
  bench: DeviceBench,
  configs: 'configured' | 'unknown' = 'configured',
): Promise<readonly string[]> {
  bench.gpio.crash()
  bench.clock.kill()
  const made = await makeBoardSafe({
    configs: configs === 'unknown' ? configs : new Map(Object.entries(bench.configs)),
    usedLines: new Set(configs === 'unknown' ? [] : Object.values(bench.configs).map(({ line }) => line)),
    ports: hardwareWith(bench.gpio),
    clock: bench.clock,
    log: createLog({ level: 'debug', redact: (text) => text, write: (line) => bench.logged.push(line) }),
    stateFolder: bench.stateFolder,
    simulated: false,
  })
  return made.map(({ done, sentence }) => `${done ? 'done' : 'failed'}: ${sentence}`)
}

/** Some outputs that were on when Pincer was killed. */
async function killed(t: Test, configs: Readonly<Record<string, Partial<SwitchConfig>>>): Promise<DeviceBench> {
  const whole = Object.entries(configs).map(([name, config]) => [name, switchConfig(config)] as const)
  const bench = new DeviceBench(t.testdir({}), Object.fromEntries(whole))
  const devices = await bench.start()
  for (const [name, { safe }] of whole) await devices.set({ name, value: safe === 'on' ? 'off' : 'on' })
  return bench
}

void t.test('a relay held on by a killed daemon is switched off, in its own sense of on and off', async (t) => {
  const bench = await killed(t, {
    lamp: { line: 'GPIO17', minOnMs: 60 * minuteMs },
    pump: { line: 'GPIO27', invert: true },
    alarm: { line: 'GPIO22', safe: 'on' },
  })
  t.same(Object.fromEntries(bench.gpio.pins), { GPIO17: 1, GPIO27: 0, GPIO22: 0 })
  t.same(await makeSafe(bench), [
    'done: lamp: GPIO17 was driven off.',
    'done: pump: GPIO27 was driven off.',
    'done: alarm: GPIO22 was driven on.',
  ])
  t.same(Object.fromEntries(bench.gpio.pins), { GPIO17: 0, GPIO27: 1, GPIO22: 1 })
  t.equal(bench.gpio.holders.size, 0, 'given back')
  t.notOk(fs.existsSync(join(bench.stateFolder, 'latch.json')), 'no latch')
})

void t.test('each line is tried, and one that cannot be driven is said with what it may do', async (t) => {
  const bench = await killed(t, { lamp: { line: 'GPIO17' }, pump: { line: 'GPIO27' } })
  bench.gpio.breakLine('GPIO17')
  const [failed, done] = await makeSafe(bench)
  t.match(failed, /^failed: lamp: GPIO17 could not be driven off, so it may be on\. GPIO17 .*[^.]\.$/)
  t.equal(done, 'done: pump: GPIO27 was driven off.')
  bench.configs = { lamp: switchConfig({ minOffMs: minuteMs }) }
  bench.gpio.mendLine('GPIO17')
  const devices = await bench.restart()
  t.match(
    await bench.refusal(devices.set({ name: 'lamp', value: 'on' })),
    /stays off for 1m more/,
    'it may have been on',
  )
})

void t.test('what was removed from the configuration while on is driven safe as it was configured then', async (t) => {
  const bench = await killed(t, { lamp: { line: 'GPIO17', invert: true }, fan: { line: 'GPIO27' } })
  bench.configs = { fan: switchConfig({ line: 'GPIO27' }) }
  t.same(await makeSafe(bench), [
    'done: fan: GPIO27 was driven off.',
    'done: lamp, which is not configured any more: GPIO17 was driven off.',
  ])
  t.equal(bench.gpio.pins.get('GPIO17'), 1)
})

void t.test('with a configuration that cannot be read, all that the record knows is driven safe', async (t) => {
  const bench = await killed(t, { lamp: { line: 'GPIO17', start: 'last' }, alarm: { line: 'GPIO22', safe: 'on' } })
  t.same(await makeSafe(bench, 'unknown'), ['done: lamp: GPIO17 was driven off.', 'done: alarm: GPIO22 was driven on.'])
  t.same(Object.fromEntries(bench.gpio.pins), { GPIO17: 0, GPIO22: 1 })
  await bench.restart()
  t.equal(bench.gpio.pins.get('GPIO17'), 1, 'start: last restores it once the configuration is mended')
})

void t.test(
  'after a reboot only what is configured is driven: other lines drive nothing, and may have another use',
  async (t) => {
    const bench = await killed(t, { lamp: { line: 'GPIO17' }, fan: { line: 'GPIO27' } })
    bench.configs = { fan: switchConfig({ line: 'GPIO27' }) }
    bench.clock.reboot(minuteMs)
    t.same(await makeSafe(bench, 'unknown'), [])
    t.same(await makeSafe(bench), ['done: fan: GPIO27 was driven off.'])
    t.same(await makeSafe(bench, 'unknown'), ['done: fan: GPIO27 was driven off.'], 'in this boot, this one alone')
  },
)

void t.test('a damaged record stops nothing, and minOff counts from now', async (t) => {
  const bench = await killed(t, { lamp: { minOffMs: 10 * minuteMs } })
  fs.writeFileSync(bench.outputsFile, '{')
  t.same(await makeSafe(bench), ['done: lamp: GPIO17 was driven off.'])
  const devices = await bench.restart(minuteMs)
  t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /stays off for 9m more/)
})

void t.test('a disk that takes nothing stops nothing', async (t) => {
  const bench = await killed(t, { lamp: {} })
  bench.breakDisk()
  t.same(await makeSafe(bench), ['done: lamp: GPIO17 was driven off.'])
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
  bench.mendDisk()
})

void t.test('what gpio_write had left driven is an input again', async (t) => {
  const bench = await killed(t, {})
  const file = { version: 1, bootId: bench.clock.bootId, simulated: false, lines: ['GPIO22', 'GPIO27'] }
  fs.writeFileSync(join(bench.stateFolder, 'raw-lines.json'), JSON.stringify(file))
  bench.gpio.breakLine('GPIO27')
  const [done, failed] = await makeSafe(bench)
  t.equal(done, 'done: GPIO22, which gpio_write had left driven, is an input again.')
  t.match(failed, /^failed: GPIO27, which gpio_write had left driven, could not be made an input again\. GPIO27/)
})

void t.test(
  'start: last restores after it what it would have restored, within its deadline, and minOff counts from it',
  async (t) => {
    const bench = await killed(t, {
      lamp: { line: 'GPIO17', start: 'last', maxOnMs: 10 * minuteMs },
      pump: { line: 'GPIO27', minOffMs: 10 * minuteMs, perMinute: 2 },
    })
    await bench.clock.advance(4 * minuteMs)
    await makeSafe(bench)
    await makeSafe(bench)
    const devices = await bench.restart(minuteMs)
    t.equal(bench.gpio.pins.get('GPIO17'), 1)
    t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /stays off for 9m more/)
    await bench.clock.advance(5 * minuteMs - 1)
    t.equal(bench.gpio.pins.get('GPIO17'), 1)
    await bench.clock.advance(1)
    t.equal(bench.gpio.pins.get('GPIO17'), 0, 'ten minutes after it went on, not after it was restored')
    await devices.stop()
  },
)

void t.test('after a power cut, a clock that nothing has set gains no deadline any time by it', async (t) => {
  const bench = await killed(t, {
    lamp: { line: 'GPIO17', start: 'last', maxOnMs: 10 * minuteMs },
    night: { line: 'GPIO27', start: 'last' },
  })
  bench.gpio.pins.clear()
  bench.clock.isSet = false
  bench.clock.reboot(minuteMs)
  await makeSafe(bench)
  bench.clock.isSet = true
  await bench.restart()
  t.same(Object.fromEntries(bench.gpio.pins), { GPIO17: 0, GPIO27: 1 }, 'what has no end is restored')
})

void t.test('nothing configured and nothing left is nothing to do', async (t) => {
  t.same(await makeSafe(await killed(t, {})), [])
})
