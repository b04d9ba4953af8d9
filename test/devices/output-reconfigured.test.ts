import t from 'tap'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

const minuteMs = 60_000
const pinOf = (bench: DeviceBench, line: string): number | undefined => bench.gpio.pins.get(line)
const lasting = switchConfig({ start: 'last', maxOnMs: 60 * minuteMs })

/** A heater that was on when Pincer was killed; the lines keep their level, as on a Raspberry Pi. */
async function killedWhileOn(t: { testdir(): string }, config = lasting): Promise<DeviceBench> {
  const bench = new DeviceBench(t.testdir(), { heater: config })
  await (await bench.start()).set({ name: 'heater', value: 'on' })
  return bench
}

void t.test('a heater that was removed while on is switched off, and its line given back', async (t) => {
  for (const invert of [false, true]) {
    const bench = await killedWhileOn(t, { ...lasting, invert })
    bench.configs = {}
    await bench.restart()
    t.equal(pinOf(bench, 'GPIO17'), invert ? 1 : 0)
    t.equal(bench.gpio.holders.size, 0)
    t.match(
      bench.logged.join('\n'),
      /warn devices: GPIO17, which heater had and no device has now, was left on: it was driven off\./,
    )
    const { length } = bench.gpio.history
    await bench.restart()
    t.equal(bench.gpio.history.length, length, 'once')
  }
})

void t.test('a heater that was moved while on leaves its old line off, and starts safe on the new one', async (t) => {
  const bench = await killedWhileOn(t)
  bench.configs = { heater: { ...lasting, line: 'GPIO27' } }
  await bench.restart()
  t.strictSame([pinOf(bench, 'GPIO17'), pinOf(bench, 'GPIO27')], [0, 0])
})

void t.test('an old line that cannot be driven is said with what it does, and the rest starts', async (t) => {
  const bench = await killedWhileOn(t)
  bench.configs = { lamp: switchConfig({ line: 'GPIO27' }) }
  bench.gpio.breakLine('GPIO17')
  const devices = await bench.restart()
  t.match(
    bench.logged.join('\n'),
    /error devices: GPIO17, which heater had .*, was left on and cannot be driven off: check what hangs on it\. GPIO17/,
  )
  t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), 'allowed')
})

void t.test('after a reboot the old line is left alone: it drives nothing, and may have another use', async (t) => {
  const bench = await killedWhileOn(t)
  bench.configs = {}
  const { length } = bench.gpio.history
  await bench.powerCut(minuteMs)
  t.equal(bench.gpio.history.length, length)
})

void t.test('a line that was off when its device was removed is not touched', async (t) => {
  const bench = await killedWhileOn(t)
  await bench.devices.set({ name: 'heater', value: 'off' })
  bench.configs = {}
  const { length } = bench.gpio.history
  await bench.restart()
  t.equal(bench.gpio.history.length, length)
})

void t.test('a line that another device uses now is that device’s alone', async (t) => {
  const bench = await killedWhileOn(t)
  bench.configs = { valve: switchConfig({ safe: 'on' }) }
  const { length } = bench.gpio.history
  await bench.restart()
  t.strictSame(bench.gpio.history.slice(length), ['request GPIO17'], 'never off in between')
})

void t.test('a renamed device is not restored, and keeps the limits of what hangs on its line', async (t) => {
  const bench = await killedWhileOn(t, { ...lasting, minOffMs: 10 * minuteMs, perMinute: 2 })
  bench.configs = { radiator: { ...lasting, minOffMs: 10 * minuteMs, perMinute: 2 } }
  const devices = await bench.restart()
  t.equal(pinOf(bench, 'GPIO17'), 0)
  t.match(await bench.refusal(devices.set({ name: 'radiator', value: 'on' })), /stays off for 10m more: minOff/)
  await bench.clock.advance(10 * minuteMs)
  await bench.idle()
  t.equal(pinOf(bench, 'GPIO17'), 0)
})

void t.test('two devices that change lines take the limits of the lines, and neither is restored', async (t) => {
  const compressor = switchConfig({ start: 'last', minOffMs: 10 * minuteMs })
  const bench = new DeviceBench(t.testdir(), { a: compressor, b: { ...compressor, line: 'GPIO27' } })
  const before = await bench.start()
  await before.set({ name: 'a', value: 'on' })
  bench.configs = { a: { ...compressor, line: 'GPIO27' }, b: compressor }
  const devices = await bench.restart()
  t.strictSame([pinOf(bench, 'GPIO17'), pinOf(bench, 'GPIO27')], [0, 0])
  t.match(await bench.refusal(devices.set({ name: 'b', value: 'on' })), /minOff/)
  t.equal(await bench.refusal(devices.set({ name: 'a', value: 'on' })), 'allowed')
})

void t.test('what was on is not restored where invert was turned: nobody knows what it was', async (t) => {
  const bench = await killedWhileOn(t)
  bench.configs = { heater: { ...lasting, invert: true } }
  await bench.restart()
  t.equal(pinOf(bench, 'GPIO17'), 1, 'off, as it is wired now')
})

void t.test('a minOff that is new holds from the moment the restart switched it off', async (t) => {
  const bench = await killedWhileOn(t, switchConfig())
  bench.configs = { heater: switchConfig({ minOffMs: minuteMs }) }
  const devices = await bench.restart(10 * minuteMs)
  t.match(await bench.refusal(devices.set({ name: 'heater', value: 'on' })), /stays off for 1m more/)
})

void t.test('a maxOn that is new holds at once, counted from when it went on', async (t) => {
  const bench = await killedWhileOn(t, switchConfig({ start: 'last' }))
  bench.configs = { heater: switchConfig({ start: 'last', maxOnMs: 20 * minuteMs }) }
  await bench.restart(15 * minuteMs)
  t.equal(pinOf(bench, 'GPIO17'), 1)
  await bench.clock.advance(5 * minuteMs)
  t.equal(pinOf(bench, 'GPIO17'), 0)
  await bench.idle()
})

void t.test('a maxOn that was made longer or taken away extends no deadline that stands', async (t) => {
  for (const maxOnMs of [undefined, 120 * minuteMs]) {
    const bench = await killedWhileOn(t)
    bench.configs = { heater: { ...lasting, maxOnMs } }
    await bench.restart(50 * minuteMs)
    t.equal(pinOf(bench, 'GPIO17'), 1)
    await bench.clock.advance(10 * minuteMs)
    t.equal(pinOf(bench, 'GPIO17'), 0)
    await bench.idle()
  }
})

void t.test('start: safe that was last before restores nothing', async (t) => {
  const bench = await killedWhileOn(t)
  bench.configs = { heater: { ...lasting, start: 'safe' } }
  await bench.restart()
  t.equal(pinOf(bench, 'GPIO17'), 0)
})
