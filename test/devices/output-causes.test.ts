import t from 'tap'
import type { SwitchConfig } from '../../src/config/config.ts'
import type { Devices } from '../../src/devices/device.ts'
import { formatReadings } from '../../src/devices/reading-text.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

interface Row {
  readonly says: string
  readonly config?: Partial<SwitchConfig>
  readonly happens: (bench: DeviceBench, devices: Devices) => Promise<unknown>
  /** What reading it says two minutes later, before its origin. */
  readonly told: string
}

const rows: readonly Row[] = [
  {
    says: 'maxOn',
    config: { maxOnMs: 10_000 },
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await bench.clock.advance(10_000)
    },
    told: 'pump: off for 2m, switched off by maxOn',
  },
  {
    says: 'maxOn that cut a longer for',
    config: { maxOnMs: 10_000 },
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on', forMs: 60_000 })
      await bench.clock.advance(10_000)
    },
    told: 'pump: off for 2m, switched off by maxOn',
  },
  {
    says: 'the end of its time',
    config: { maxOnMs: 60_000 },
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on', forMs: 10_000 })
      await bench.clock.advance(10_000)
    },
    told: 'pump: off for 2m, switched off as its time was over',
  },
  {
    says: 'the end of its time off',
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await devices.set({ name: 'pump', value: 'off', forMs: 10_000 })
      await bench.clock.advance(10_000)
      await bench.idle()
    },
    told: 'pump: on for 2m, switched on as its time was over',
  },
  {
    says: 'a person who stopped everything',
    happens: async (_, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await devices.driveSafe({ latch: true, reason: '/stop all by Ada' })
    },
    told: 'pump: off for 2m, switched off by /stop all by Ada',
  },
  {
    says: 'a write that failed',
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await devices.set({ name: 'pump', value: 'off' })
      bench.gpio.failWrites('GPIO17', 1)
      await devices.set({ name: 'pump', value: 'on' }).catch(() => undefined)
    },
    told: 'pump: off for 2m, switched off after a fault of its line',
  },
  {
    says: 'a kill',
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await bench.restart()
    },
    told: 'pump: off for 2m, switched off when Pincer started',
  },
  {
    says: 'a clean stop',
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await devices.stop()
      await bench.start()
    },
    told: 'pump: off for 2m, switched off when Pincer stopped',
  },
  {
    says: 'being restored',
    config: { start: 'last' },
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await bench.restart()
    },
    told: 'pump: on for 2m, switched on when Pincer started',
  },
  {
    says: 'nothing but a wish, which needs no word',
    config: { maxOnMs: 10_000 },
    happens: async (bench, devices) => {
      await devices.set({ name: 'pump', value: 'on' })
      await bench.clock.advance(10_000)
      await bench.idle()
      await devices.set({ name: 'pump', value: 'on' })
      await devices.set({ name: 'pump', value: 'off' })
    },
    told: 'pump: off for 2m',
  },
]

for (const { says, config, happens, told } of rows) {
  void t.test(`what was switched by ${says} is told by the next reading, also after a restart`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: switchConfig(config) })
    const devices = await bench.start()
    await happens(bench, devices)
    await bench.clock.advance(120_000)
    await bench.idle()
    const read = async (): Promise<string> =>
      formatReadings(await bench.devices.read('pump', new AbortController().signal))
    t.equal(await read(), `${told} (switch on GPIO17; just now)`)
    if (!told.startsWith('pump: off')) return
    await bench.restart()
    t.equal(await read(), `${told} (switch on GPIO17; just now)`)
  })
}

void t.test('what cannot be driven is known as unknown, and reading it says that it may be on', async (t) => {
  const bench = new DeviceBench(t.testdir(), { heater: switchConfig({ maxOnMs: 10_000 }) })
  const devices = await bench.start()
  await devices.set({ name: 'heater', value: 'on' })
  bench.gpio.breakLine('GPIO17')
  await bench.clock.advance(10_000)
  await bench.idle()
  t.match(devices.known(), [{ device: 'heater', value: 'unknown', cause: 'may be on: its line cannot be driven' }])
  t.equal(
    formatReadings(await devices.read('heater', new AbortController().signal)),
    'heater: cannot be read: it may be on. GPIO17 is broken.',
  )
  bench.gpio.mendLine('GPIO17')
  await bench.clock.advance(60_000)
  await bench.idle()
  t.match(devices.known(), [{ value: 'off', cause: 'switched off after a fault of its line' }])
})
