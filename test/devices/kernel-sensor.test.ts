import t from 'tap'
import type { KernelSensorConfig } from '../../src/config/config.ts'
import { createKernelMeasure } from '../../src/devices/kernel-sensor.ts'
import { HardwareError } from '../../src/errors.ts'

const hwmon = (value: string): KernelSensorConfig => ({ kind: 'hwmon', name: 'chip', value, device: undefined })
const iio = (value: string): KernelSensorConfig => ({ kind: 'iio', name: 'chip', value, device: undefined })
const ds18b20: KernelSensorConfig = { kind: 'ds18b20', id: '28-0316a279d4ff' }

const saying = (config: KernelSensorConfig, ...values: readonly number[]) => {
  const left = [...values]
  return createKernelMeasure({ read: async () => left.shift() ?? Number.NaN }, config)
}

const units: readonly (readonly [KernelSensorConfig, number, string, number])[] = [
  [hwmon('temp1'), -3_250, 'temperature', -3.25],
  [hwmon('humidity1'), 45_200, 'humidity', 45.2],
  [hwmon('in0'), 3_301, 'voltage', 3.301],
  [hwmon('curr1'), -1_500, 'current', -1.5],
  [hwmon('power1'), 2_500_000, 'power', 2.5],
  [hwmon('fan1'), 2_400, 'speed', 2_400],
  [iio('temp'), 21_480, 'temperature', 21.48],
  [iio('temp_object'), 36_600, 'temperature', 36.6],
  [iio('humidityrelative'), 45_000, 'humidity', 45],
  [iio('pressure'), 101.325, 'pressure', 1_013.25],
  [iio('illuminance'), 320.5, 'illuminance', 320.5],
  [iio('voltage0'), 1_952, 'voltage', 1.952],
  [iio('voltage0-voltage1'), -12, 'voltage', -0.012],
  [iio('current1'), 250, 'current', 0.25],
  [iio('power1'), 250, 'power', 0.25],
  [iio('concentration_co2'), 0.0612, 'co2', 612],
  [ds18b20, -1_062, 'temperature', -1.062],
  [{ kind: 'thermal', zone: 'cpu-thermal' }, 48_312, 'temperature', 48.312],
]
for (const [config, raw, quantity, expected] of units) {
  void t.test(
    `${config.kind} ${'value' in config ? config.value : ''}: ${raw} of the kernel is ${expected}`,
    async (t) => {
      const measured = await saying(config, raw)()
      const [found, value = Number.NaN] = Object.entries(measured)[0] ?? []
      t.equal(found, quantity)
      t.ok(Math.abs(value - expected) < 1e-9, String(value))
    },
  )
}

void t.test('85 degrees of a DS18B20 is what it says before it measured, unless it was that warm', async (t) => {
  await t.rejects(saying(ds18b20, 85_000)(), { code: 'hardware', message: /says 85\.0 °C, its value after power was/ })
  const cold = saying(ds18b20, 21_000, 85_000)
  await cold()
  await t.rejects(cold(), { message: /its supply breaks down/ })
  const sauna = saying(ds18b20, 84_500, 85_000)
  await sauna()
  t.strictSame(await sauna(), { temperature: 85 })
  t.strictSame(await saying(hwmon('temp1'), 85_000)(), { temperature: 85 }, 'other sensors may be that warm')
})

const beyond: readonly (readonly [KernelSensorConfig, number])[] = [
  [ds18b20, 125_100],
  [ds18b20, -55_100],
  [hwmon('temp1'), -300_000],
  [hwmon('humidity1'), 101_000],
  [iio('pressure'), -1],
  [iio('illuminance'), -5],
  [iio('temp'), Number.NaN],
]
for (const [config, raw] of beyond) {
  void t.test(`${config.kind} ${'value' in config ? config.value : ''}: ${raw} is no reading`, async (t) => {
    await t.rejects(saying(config, raw)(), { code: 'hardware', message: /outside of what can be \(.* to .*\): check/ })
  })
}

void t.test("a failure is said in the port's words", async (t) => {
  const read = async (): Promise<never> => {
    throw new HardwareError('ENODEV', 'There is none.')
  }
  await t.rejects(createKernelMeasure({ read }, ds18b20)(), { code: 'hardware', message: 'There is none.' })
})
