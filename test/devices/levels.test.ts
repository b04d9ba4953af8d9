import t, { type Test } from 'tap'
import { createDeviceTools } from '../../src/tools/devices.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

const minuteMs = 60_000
const dimmer = switchConfig({
  kind: 'level',
  line: 'pwm:1f00098000.pwm/1@1000',
  scale: { min: 10, max: 80, safe: 0 },
  maxOnMs: 10 * minuteMs,
})
const vent = switchConfig({ kind: 'level', line: 'pwm:vent/0@25000', scale: { min: 20, max: 100, safe: 30 } })
const led = switchConfig({ kind: 'light', line: 'led:ACT', scale: { min: 0, max: 100, safe: 0 }, start: 'last' })
const bulb = switchConfig({ kind: 'light' })
const pwm = '1f00098000.pwm/1'

async function open(t: Test) {
  const bench = new DeviceBench(t.testdir({}), { dimmer, vent, led, bulb })
  const devices = await bench.start()
  const set = async (name: string, level: number | 'on' | 'off', forMs?: number): Promise<string> => {
    const request = typeof level === 'number' ? { value: 'on' as const, percent: level } : { value: level }
    const made = await bench.devices.set({ name, ...request, ...(forMs === undefined ? {} : { forMs }) })
    return made.sentence
  }
  const levelOf = (name: string) => bench.levels.get(name)?.at(-1)
  return { bench, devices, set, levelOf }
}

void t.test('a level starts safe, is set in percent, and says what is true', async (t) => {
  const { bench, set } = await open(t)
  t.same(Object.fromEntries(bench.levels), { [pwm]: [0], 'vent/0': [30], ACT: [0] })
  t.equal(await set('dimmer', 60), 'dimmer is at 60 %, at 0 % again in 10m by maxOn.')
  t.equal(await set('vent', 75, minuteMs), 'vent is at 75 %, at 30 % again in 1m.')
  t.equal(await set('led', 40), 'led is at 40 %.')
  t.equal(await set('led', 'on'), 'led is at 40 % already.')
  t.equal(await set('led', 100), 'led is on.')
  t.equal(await set('led', 100), 'led is on already.')
  t.equal(await set('bulb', 'on'), 'bulb is on.')
  t.same(Object.fromEntries(bench.levels), { [pwm]: [0, 60], 'vent/0': [30, 75], ACT: [0, 40, 100] })
  await bench.clock.advance(minuteMs)
  t.equal(bench.levels.get('vent/0')?.at(-1), 30)
  await bench.devices.stop()
})

void t.test('off is the safe level, on without a number the most that the range allows', async (t) => {
  const { set, levelOf } = await open(t)
  t.equal(await set('dimmer', 'on'), 'dimmer is at 80 %, at 0 % again in 10m by maxOn.')
  t.equal(await set('dimmer', 'off'), 'dimmer is at 0 %.')
  t.equal(await set('vent', 60), 'vent is at 60 %.')
  t.equal(await set('vent', 30), 'vent is at 30 %.')
  t.equal(await set('vent', 'on'), 'vent is at 60 %.', 'as it was on last')
  t.equal(await set('led', 0), 'led is off already.')
  t.same([levelOf(pwm), levelOf('vent/0'), levelOf('ACT')], [0, 60, 0])
})

void t.test('the range holds on every path, but for the safe level', async (t) => {
  const { bench, set, devices } = await open(t)
  for (const level of [9.9, 80.1, 100, 101, -1, 1e9])
    t.equal(
      await bench.refusal(set('dimmer', level)),
      `limit: dimmer stays as it is: its range is 10 % to 80 % or 0 %, and ${level} % is outside.`,
    )
  t.match(await bench.refusal(set('vent', 19)), /its range is 20 % to 100 %, and 19 % is outside/)
  t.match(await bench.refusal(set('led', 101)), /its range is 0 % to 100 %/)
  t.equal(await bench.refusal(set('bulb', 50)), 'limit: bulb can only be on or off.')
  await set('dimmer', 50)
  await bench.refusal(set('dimmer', 90))
  t.same(bench.levels.get(pwm), [0, 50])
  // As a model calls it.
  const [, tool] = createDeviceTools(devices)
  t.match(JSON.stringify(tool?.arguments.entries['value']), /number/)
})

void t.test('maxOn counts from when it left its safe level, whatever it was moved to since', async (t) => {
  const { bench, set, levelOf } = await open(t)
  await set('dimmer', 20)
  await bench.clock.advance(9 * minuteMs)
  t.equal(await set('dimmer', 70), 'dimmer is at 70 %, at 0 % again in 1m by maxOn.')
  t.equal(levelOf(pwm), 70)
  await bench.clock.advance(minuteMs)
  t.equal(levelOf(pwm), 0)
  t.match(bench.told, [{ device: 'dimmer', kind: 'maxOn' }])
  await bench.devices.stop()
})

void t.test('driving safe, stop and a stuck line take it to its safe level', async (t) => {
  const { bench, devices, set, levelOf } = await open(t)
  await set('vent', 90)
  await devices.driveSafe({ latch: true, reason: 'test' })
  t.equal(levelOf('vent/0'), 30)
  t.match(await bench.refusal(set('vent', 50)), /^latched/)
  await devices.unlatch()
  await set('vent', 50)
  bench.brokenLevels.add('vent/0')
  t.match(await bench.refusal(set('vent', 60)), /^hardware: vent could not be switched on.*vent\/0 takes no level/)
  t.match(devices.known(), [{ device: 'dimmer' }, { device: 'vent', value: 'unknown' }])
  bench.brokenLevels.clear()
  await bench.clock.advance(minuteMs)
  t.equal(levelOf('vent/0'), 30)
  await set('vent', 50)
  await devices.stop()
  t.equal(levelOf('vent/0'), 30)
})

void t.test('it is read with its level, and a light with both', async (t) => {
  const { devices, set } = await open(t)
  await set('dimmer', 60)
  await set('led', 40)
  const read = await devices.read(undefined, AbortSignal.timeout(60_000))
  t.match(read, [
    { readings: [{ device: 'dimmer', quantity: 'level', value: 60, unit: '%' }] },
    { readings: [{ device: 'vent', quantity: 'level', value: 30, unit: '%' }] },
    {
      readings: [
        { device: 'led', quantity: 'state', value: 'on' },
        { device: 'led', quantity: 'level', value: 40, unit: '%' },
      ],
    },
    { readings: [{ device: 'bulb', quantity: 'state', value: 'off' }] },
  ])
  t.match(devices.list(), [
    { name: 'dimmer', kind: 'level', output: true, hasLevel: true, limits: 'range 10 to 80 %, safe 0 %, maxOn 10m' },
    { name: 'vent', quantities: ['level'] },
    { name: 'led', kind: 'light', quantities: ['state', 'level'], hasLevel: true },
    { name: 'bulb', kind: 'light', quantities: ['state'] },
  ])
})

void t.test('start: last restores a light with its level, and a range made narrower holds for it', async (t) => {
  const { bench, set, levelOf } = await open(t)
  await set('led', 40)
  await bench.restart()
  t.equal(levelOf('ACT'), 40)
  bench.configs = { ...bench.configs, led: { ...led, scale: { min: 0, max: 25, safe: 0 } } }
  await bench.restart()
  t.equal(levelOf('ACT'), 25)
  bench.configs = { dimmer }
  await bench.restart()
  t.equal(levelOf('ACT'), 0, 'removed while on')
})
