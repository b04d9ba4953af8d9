import t from 'tap'
import { limits } from '../../src/limits.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

const asker = { channel: 'telegram', chat: '7', person: '7' }

void t.test('what the watchdog switched off is known as off, told, and does not come back by itself', async (t) => {
  const bench = new DeviceBench(t.testdir({}), {
    pump: switchConfig({ line: 'GPIO17', start: 'last' }),
    valve: switchConfig({ line: 'GPIO27', invert: true }),
    alarm: switchConfig({ line: 'GPIO22', safe: 'on' }),
  })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on', asker })
  await devices.set({ name: 'valve', value: 'on' })
  await devices.set({ name: 'valve', value: 'off', forMs: 60_000 })
  t.equal(bench.gpio.pins.get('GPIO17'), 1)
  bench.gpio.stick()
  t.same(Object.fromEntries(bench.gpio.pins), { GPIO17: 0, GPIO27: 1, GPIO22: 1 }, 'each line at its own safe level')
  await bench.stick()
  t.match(devices.known(), [
    { device: 'pump', value: 'off', cause: 'switched off by the watchdog' },
    { device: 'valve', value: 'off' },
    { device: 'alarm', value: 'on' },
  ])
  await bench.clock.advance(120_000)
  t.equal(bench.gpio.pins.get('GPIO27'), 1, 'the valve, off for a minute, stays off')
  const seconds = `${limits.loopStuckMs / 1_000}s`
  t.strictSame(bench.told, [
    {
      device: 'pump',
      kind: 'stuck',
      sentence: `pump: switched off by the watchdog, as Pincer did nothing for ${seconds} or more.`,
      asker,
    },
  ])
  t.match(bench.logged.join('\n'), /did nothing for 10s or more, so its watchdog drove all outputs safe/)
  t.equal(devices.latched(), undefined, 'it is no stop: outputs can be switched again')
  await devices.set({ name: 'pump', value: 'on' })
  t.equal(bench.gpio.pins.get('GPIO17'), 1)
})

void t.test('a line that cannot be driven after the loop was stuck is tried again', async (t) => {
  const bench = new DeviceBench(t.testdir({}), { pump: switchConfig() })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on' })
  bench.gpio.breakLine('GPIO17')
  await bench.stick()
  t.match(devices.known(), [{ device: 'pump', value: 'unknown' }])
  bench.gpio.mendLine('GPIO17')
  await bench.clock.advance(limits.outputRetryMs)
  await bench.idle()
  t.match(devices.known(), [{ device: 'pump', value: 'off' }])
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
})

void t.test('a line that was given back is not driven by the watchdog any more', async (t) => {
  const bench = new DeviceBench(t.testdir({}), { pump: switchConfig() })
  const devices = await bench.start()
  await devices.stop()
  const other = await bench.gpio.requestOutput({ line: 'GPIO17', consumer: 'other', initial: 1 })
  bench.gpio.stick()
  t.equal(await other.get(), 1)
})
