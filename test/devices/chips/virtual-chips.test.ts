import t from 'tap'
import type { Ads1115Config, I2cSensorConfig, Ina219Config } from '../../../src/config/config.ts'
import { createI2cChip } from '../../../src/devices/chips/i2c-chips.ts'
import { readMcp3008 } from '../../../src/devices/chips/mcp3008.ts'
import type { Measured } from '../../../src/devices/sensor.ts'
import type { Quantity } from '../../../src/devices/units.ts'
import { HardwareError } from '../../../src/errors.ts'
import type { I2cPort } from '../../../src/hardware/ports.ts'
import { Ads1115 } from '../../board/chips/ads1115.ts'
import { Aht20 } from '../../board/chips/aht20.ts'
import { Bh1750 } from '../../board/chips/bh1750.ts'
import { Bme280 } from '../../board/chips/bme280.ts'
import type { VirtualI2cChip } from '../../board/chips/chip.ts'
import { Ina219 } from '../../board/chips/ina219.ts'
import { Lm75 } from '../../board/chips/lm75.ts'
import { Mcp3008 } from '../../board/chips/mcp3008.ts'
import { Sht4x } from '../../board/chips/sht4x.ts'
import { Tmp102 } from '../../board/chips/tmp102.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { finish } from '../../support/scripted-i2c.ts'

/** The drivers against chips that others wrote from the same data sheets. */

type Config = I2cSensorConfig | Ads1115Config | Ina219Config
type Chip = VirtualI2cChip & { readonly misuses: readonly string[] }

const notAcknowledged = () => new HardwareError('EREMOTEIO', 'Nothing answers.')

function busOf(chip: VirtualI2cChip): I2cPort {
  return {
    buses: async () => [1],
    scan: async () => [],
    async transfer({ write, readBytes }) {
      if (write !== undefined && !chip.write(write)) throw notAcknowledged()
      const answer = readBytes === undefined ? new Uint8Array() : chip.read(readBytes)
      if (answer === false) throw notAcknowledged()
      return answer
    },
  }
}

const reader = (clock: FakeClock, chip: VirtualI2cChip, config: Config) => {
  const { measure } = createI2cChip({ i2c: busOf(chip), clock, config })
  return (): Promise<Measured> => finish(clock, measure())
}

const at = (kind: I2cSensorConfig['kind'], address: number): I2cSensorConfig => ({ kind, bus: 1, address })

/** A chip, how to expose it to a world, and by how much a reading may miss that: half a step of the chip. */
interface Row {
  readonly what: string
  readonly config: Config
  readonly make: (nowMs: () => number) => { readonly chip: Chip; readonly expose: (world: Measured) => void }
  readonly worlds: readonly Measured[]
  readonly misses: Measured
}

const air: readonly Measured[] = [
  { temperature: -39.5, humidity: 0, pressure: 310 },
  { temperature: -10, humidity: 12.5, pressure: 850 },
  { temperature: 21.5, humidity: 45, pressure: 1_013.25 },
  { temperature: 60, humidity: 99, pressure: 1_095 },
]
const temperatures = [-40, -25.5, -0.5, 0, 21.5, 84.5].map((temperature): Measured => ({ temperature }))
const bosch = (kind: 'bme280' | 'bmp280', address: number, misses: Measured): Row => ({
  what: kind,
  config: at(kind, address),
  make(nowMs) {
    const chip = new Bme280(kind, nowMs)
    const expose = ({ temperature = 0, humidity = 0, pressure = 0 }: Measured): void =>
      void Object.assign(chip.climate, {
        temperatureC: temperature,
        humidityPercent: humidity,
        pressureHpa: pressure,
      })
    return { chip, expose }
  },
  worlds: air,
  misses,
})
const thermometer = (
  what: string,
  config: Config,
  make: (nowMs: () => number) => Chip & { temperatureC: number },
  miss: number,
): Row => ({
  what,
  config,
  make(nowMs) {
    const chip = make(nowMs)
    return { chip, expose: ({ temperature = 0 }) => void (chip.temperatureC = temperature) }
  },
  worlds: temperatures,
  misses: { temperature: miss },
})

const rows: readonly Row[] = [
  bosch('bme280', 0x76, { temperature: 0.01, humidity: 0.2, pressure: 0.2 }),
  bosch('bmp280', 0x77, { temperature: 0.01, pressure: 0.2 }),
  {
    what: 'sht4x',
    config: at('sht4x', 0x44),
    make(nowMs) {
      const chip = new Sht4x({}, nowMs)
      const expose = ({ temperature = 0, humidity = 0 }: Measured): void =>
        void Object.assign(chip, { temperatureC: temperature, humidityPercent: humidity })
      return { chip, expose }
    },
    worlds: air,
    misses: { temperature: 0.0014, humidity: 0.001 },
  },
  {
    what: 'aht20',
    config: at('aht20', 0x38),
    make(nowMs) {
      const chip = new Aht20({ calibrated: false }, nowMs)
      const expose = ({ temperature = 0, humidity = 0 }: Measured): void =>
        void Object.assign(chip, { temperatureC: temperature, humidityPercent: humidity })
      return { chip, expose }
    },
    worlds: air,
    misses: { temperature: 0.0001, humidity: 0.00005 },
  },
  {
    what: 'bh1750',
    config: at('bh1750', 0x23),
    make(nowMs) {
      const chip = new Bh1750({}, nowMs)
      return { chip, expose: ({ illuminance = 0 }) => void (chip.lux = illuminance) }
    },
    worlds: [0, 1, 120, 28_067, 54_000].map((illuminance) => ({ illuminance })),
    misses: { illuminance: 0.42 },
  },
  thermometer('tmp102', at('tmp102', 0x48), (nowMs) => new Tmp102({}, nowMs), 0.032),
  thermometer('lm75', at('lm75', 0x4f), () => new Lm75(), 0.25),
  thermometer('lm75a, whose last two bits are not read', at('lm75', 0x48), () => new Lm75({ bits: 11 }), 0.5),
  {
    what: 'ina219',
    config: { kind: 'ina219', bus: 1, address: 0x40, shuntOhms: 0.1 },
    make(nowMs) {
      const chip = new Ina219({}, nowMs)
      const expose = ({ voltage = 0, current = 0 }: Measured): void =>
        void Object.assign(chip, { busVolts: voltage, amperes: current })
      return { chip, expose }
    },
    worlds: [
      { voltage: 0, current: 0, power: 0 },
      { voltage: 5, current: 0.25, power: 1.25 },
      { voltage: 12, current: -1.5, power: -18 },
      { voltage: 26, current: 3.1, power: 80.6 },
    ],
    misses: { voltage: 0.002, current: 0.00005, power: 0.005 },
  },
  ...([0, 1, 2, 3] as const).map((channel): Row => ({
    what: `ads1115 channel ${channel}`,
    config: { kind: 'ads1115', bus: 1, address: 0x48, channel, gain: 1 },
    make(nowMs) {
      const chip = new Ads1115(nowMs)
      const expose = ({ voltage = 0 }: Measured): void => {
        for (const each of [0, 1, 2, 3] as const) chip.volts[each] = each === channel ? voltage : 2 + each / 10
      }
      return { chip, expose }
    },
    worlds: [0, 0.0005, 1.65, 3.3, 4.095, -0.1].map((voltage) => ({ voltage })),
    misses: { voltage: 0.00007 },
  })),
]
for (const { what, config, make, worlds, misses } of rows) {
  void t.test(
    `${what}: what is read is what the chip is exposed to, and nothing is done to it that it forbids`,
    async (t) => {
      const clock = new FakeClock()
      const { chip, expose } = make(() => clock.monotonicMs())
      const read = reader(clock, chip, config)
      for (const world of worlds) {
        expose(world)
        const measured = await read()
        t.strictSame(Object.keys(measured).toSorted(), Object.keys(misses).toSorted())
        for (const [quantity, miss] of Object.entries(misses) as [Quantity, number][]) {
          const [found = Number.NaN, wanted = Number.NaN] = [measured[quantity], world[quantity]]
          t.ok(Math.abs(found - wanted) <= miss, `${quantity} ${wanted}, read ${found}`)
        }
      }
      t.strictSame(chip.misuses, [])
    },
  )
}

void t.test('a chip that takes far longer than it may has no reading, and nothing unfinished is read', async (t) => {
  const clock = new FakeClock()
  const nowMs = (): number => clock.monotonicMs()
  const slow = [
    [new Sht4x({}, nowMs), at('sht4x', 0x44), /was told to measure and has not answered since/],
    [new Aht20({}, nowMs), at('aht20', 0x38), /does not finish starting/],
    [new Bme280('bme280', nowMs), at('bme280', 0x76), /is still measuring/],
    [new Ads1115(nowMs), { kind: 'ads1115', bus: 1, address: 0x48, channel: 0, gain: 1 }, /is still converting/],
  ] as const
  for (const [chip, config, sentence] of slow) {
    chip.slowness = 20
    await t.rejects(reader(clock, chip, config)(), { code: 'hardware', message: sentence })
    t.strictSame(chip.misuses, [], config.kind)
  }
})

const chips = {
  sht4x: () => new Sht4x(),
  aht20: () => new Aht20(),
  bme280: () => new Bme280('bme280'),
  bmp280: () => new Bme280('bmp280'),
  bh1750: () => new Bh1750(),
  tmp102: () => new Tmp102(),
  lm75: () => new Lm75(),
} as const
for (const kind of ['sht4x', 'aht20', 'bme280', 'bmp280', 'tmp102', 'lm75'] as const) {
  for (const [other, make] of Object.entries(chips)) {
    if (other === kind) continue
    void t.test(`a ${other} where a ${kind} should be has no reading`, async (t) => {
      const clock = new FakeClock()
      await t.rejects(reader(clock, make(), at(kind, 0x48))(), { code: 'hardware' })
    })
  }
}

void t.test('mcp3008: each of its inputs is read in the mode and at the clock that it takes', async (t) => {
  const chip = new Mcp3008()
  const spi = {
    devices: async () => ['0.0'],
    transferBytesMax: 4_096,
    transfer: async ({ write, speedHz, mode }: { write: Uint8Array; speedHz: number; mode: number }) =>
      chip.exchange(write, { speedHz, mode, bitsPerWord: 8 }),
  }
  for (let channel = 0; channel < 8; channel++) {
    chip.volts.fill(0.1)
    chip.volts[channel] = 0.4 * (channel + 1)
    const volts = await readMcp3008(spi, { device: '0.0', channel, vref: 3.3 })
    t.ok(Math.abs(volts - 0.4 * (channel + 1)) <= 3.3 / 1_024, `channel ${channel}: ${volts}`)
  }
  t.strictSame(chip.misuses, [])
})
