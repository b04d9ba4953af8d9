import t from 'tap'
import type { Ads1115Config, I2cSensorConfig, Ina219Config } from '../../../src/config/config.ts'
import { crc8 } from '../../../src/devices/chips/crc8.ts'
import { createI2cChip } from '../../../src/devices/chips/i2c-chips.ts'
import type { Measured } from '../../../src/devices/sensor.ts'
import { HardwareError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { type Exchange, finish, scriptedI2c } from '../../support/scripted-i2c.ts'

type Config = I2cSensorConfig | Ads1115Config | Ina219Config

const sht4x: Config = { kind: 'sht4x', bus: 1, address: 0x44 }
const aht20: Config = { kind: 'aht20', bus: 1, address: 0x38 }
const bh1750: Config = { kind: 'bh1750', bus: 1, address: 0x23 }
const tmp102: Config = { kind: 'tmp102', bus: 1, address: 0x48 }
const lm75: Config = { kind: 'lm75', bus: 1, address: 0x4f }
const ads1115: Config = { kind: 'ads1115', bus: 1, address: 0x48, channel: 0, gain: 2 }
const ina219: Config = { kind: 'ina219', bus: 1, address: 0x40, shuntOhms: 0.002 }

const word = (high: number, low: number): readonly number[] => [high, low, crc8(Uint8Array.of(high, low))]

const sht4xOpen: readonly Exchange[] = [
  { write: [0x89] },
  // The data sheet's own example of a checksum.
  { answer: [0xbe, 0xef, 0x92, 0xbe, 0xef, 0x92], afterMs: 1 },
]
const sht4xMeasure = (...answer: number[]): readonly Exchange[] => [{ write: [0xfd] }, { answer, afterMs: 8.3 }]
const aht20Open: readonly Exchange[] = [
  { write: [0xbe, 0x08, 0x00] },
  { answer: [0x98], afterMs: 10 },
  { answer: [0x18] },
  { answer: [0x18] },
]
const aht20Measure = (...data: number[]): readonly Exchange[] => [
  { write: [0xac, 0x33, 0x00] },
  { answer: [0x98], afterMs: 80 },
  { answer: [0x18] },
  { answer: [...data, crc8(Uint8Array.from(data))] },
]
const bh1750Measure = (...answer: number[]): readonly Exchange[] => [
  { write: [0x01] },
  { write: [0x20] },
  { answer, afterMs: 180 },
]
const tmp102Open: readonly Exchange[] = [{ write: [0x01], answer: [0x60, 0xa0] }]
const tmp102Measure = (...answer: number[]): readonly Exchange[] => [
  { write: [0x01, 0xe1, 0xa0] },
  { write: [0x01], answer: [0x61, 0xa0], afterMs: 26 },
  { write: [0x01], answer: [0xe1, 0xa0] },
  { write: [0x00], answer },
]
const lm75Open: readonly Exchange[] = [
  { write: [0x01], answer: [0x00] },
  { write: [0x02], answer: [0x4b, 0x00] },
  { write: [0x03], answer: [0x50, 0x00] },
  { write: [0x01, 0x00] },
]
const lm75Measure = (...answer: number[]): readonly Exchange[] => [
  { write: [0x01], answer: [0x00] },
  { write: [0x00], answer },
]
/** Start, AIN0 against ground, ±2.048 V, one shot, 128 a second. */
const ads1115Measure = (...answer: number[]): readonly Exchange[] => [
  { write: [0x01, 0xc5, 0x83] },
  { write: [0x01], answer: [0x45, 0x83], afterMs: 8.6 },
  { write: [0x01], answer: [0x45, 0x83] },
  { write: [0x01], answer: [0xc5, 0x83] },
  { write: [0x00], answer },
]
const ina219Measure = (shunt: readonly number[], bus: readonly number[]): readonly Exchange[] => [
  { write: [0x00, 0x39, 0x9f] },
  { write: [0x00], answer: [0x39, 0x9f], afterMs: 1.2 },
  { write: [0x02], answer: [bus[0] ?? 0, (bus[1] ?? 0) & 0xfd] },
  { write: [0x02], answer: bus },
  { write: [0x01], answer: shunt },
  { write: [0x02], answer: bus },
]

function repeated(times: number, exchange: Exchange): readonly Exchange[] {
  return Array.from({ length: times }, () => exchange)
}

function rig(config: Config, script: readonly Exchange[]) {
  const clock = new FakeClock()
  const bus = scriptedI2c(clock, script)
  const chip = createI2cChip({ i2c: bus.i2c, clock, config })
  return { ...bus, source: chip.source, measure: (): Promise<Measured> => finish(clock, chip.measure()) }
}

void t.test('the checksum is that of the data sheet', async (t) => {
  t.equal(crc8(Uint8Array.of(0xbe, 0xef)), 0x92)
  t.equal(crc8(Uint8Array.of(0x00)), 0xac)
})

const examples: readonly (readonly [string, Config, readonly Exchange[], Measured])[] = [
  [
    'SHT4x: 0x6666 is 25 °C and 0x72B0 50 %',
    sht4x,
    [...sht4xOpen, ...sht4xMeasure(...word(0x66, 0x66), ...word(0x72, 0xb0))],
    { temperature: 25, humidity: 50 },
  ],
  [
    'SHT4x: what is a little beyond 100 % or below 0 % is cut, as its data sheet says',
    sht4x,
    [...sht4xOpen, ...sht4xMeasure(...word(0x10, 0x00), ...word(0xff, 0xff))],
    { temperature: -34.06, humidity: 100 },
  ],
  [
    'AHT20: half of the scale is 50 %, three eighths 25 °C',
    aht20,
    [...aht20Open, ...aht20Measure(0x1c, 0x80, 0x00, 0x06, 0x00, 0x00)],
    { humidity: 50, temperature: 25 },
  ],
  ["BH1750: the data sheet's example of 28067 lx", bh1750, bh1750Measure(0x83, 0x90), { illuminance: 28_067 }],
  // TMP102, table 6-2, and LM75, table 7-1.
  ...(
    [
      [0x7f, 0xf0, 127.9375],
      [0x64, 0x00, 100],
      [0x19, 0x00, 25],
      [0x00, 0x40, 0.25],
      [0x00, 0x00, 0],
      [0xff, 0xc0, -0.25],
      [0xe7, 0x00, -25],
      [0xc9, 0x00, -55],
    ] as const
  ).map(
    ([high, low, temperature]) =>
      [`TMP102: ${temperature} °C`, tmp102, [...tmp102Open, ...tmp102Measure(high, low)], { temperature }] as const,
  ),
  ...(
    [
      [0x7d, 0x00, 125],
      [0x19, 0x00, 25],
      [0x00, 0x80, 0.5],
      [0x00, 0x00, 0],
      [0xff, 0x80, -0.5],
      [0xe7, 0x00, -25],
      [0xc9, 0x7f, -55],
    ] as const
  ).map(
    ([high, low, temperature]) =>
      [`LM75: ${temperature} °C`, lm75, [...lm75Open, ...lm75Measure(high, low)], { temperature }] as const,
  ),
  ['ADS1115: half of the scale', ads1115, ads1115Measure(0x40, 0x00), { voltage: 1.024 }],
  ['ADS1115: one step below ground', ads1115, ads1115Measure(0xff, 0xff), { voltage: -0.0000625 }],
  [
    "INA219: the data sheet's example of 10 A at 2 mΩ and 11.98 V",
    ina219,
    ina219Measure([0x07, 0xd0], [0x5d, 0x9a]),
    { current: 10, voltage: 11.98, power: 119.8 },
  ],
  [
    'INA219: current that flows back, at the end of its range',
    { ...ina219, shuntOhms: 0.1 },
    ina219Measure([0x83, 0x01], [0x5d, 0x9a]),
    { current: -3.1999, voltage: 11.98, power: -38.335 },
  ],
]
for (const [what, config, script, expected] of examples) {
  void t.test(what, async (t) => {
    const { measure, left, places } = rig(config, script)
    const measured = await measure()
    t.strictSame(Object.keys(measured).toSorted(), Object.keys(expected).toSorted())
    for (const [quantity, value] of Object.entries(expected)) {
      const found = Object.entries(measured).find(([each]) => each === quantity)?.[1] ?? Number.NaN
      const step = quantity === 'illuminance' ? 0.5 : 0.005
      t.ok(Math.abs(found - value) <= (config.kind.startsWith('ads') ? 1e-9 : step), `${quantity} ${found}`)
    }
    t.equal(left(), 0)
    t.strictSame([...places], [`1 ${config.address}`])
  })
}

const nothing = Object.assign(new HardwareError('EREMOTEIO', 'Nothing answers at 0x44 on I2C bus 1: check SDA.'))
const faults: readonly (readonly [string, Config, readonly Exchange[], RegExp])[] = [
  [
    'a wrong checksum',
    sht4x,
    [...sht4xOpen, ...sht4xMeasure(0xbe, 0xef, 0x93, ...word(0x72, 0xb0))],
    /^The SHT4x at 0x44 on I2C bus 1 sent a wrong checksum: check its wires/,
  ],
  ['a wrong checksum of the second word', sht4x, [...sht4xOpen, ...sht4xMeasure(...word(1, 1), 1, 2, 3)], /checksum/],
  ['a bus of zeros', sht4x, [{ write: [0x89] }, { answer: [0, 0, 0, 0, 0, 0] }], /sent a wrong checksum/],
  ['a bus of ones', sht4x, [{ write: [0x89] }, { answer: Array(6).fill(0xff) }], /sent a wrong checksum/],
  [
    'a temperature beyond the range',
    sht4x,
    [...sht4xOpen, ...sht4xMeasure(...word(0xff, 0xff), ...word(0x72, 0xb0))],
    /measured a temperature of 130\.0 °C, outside of what it can \(-40\.0 °C to 125\.0 °C\): check its wiring/,
  ],
  [
    'no answer',
    sht4x,
    [{ fails: nothing }],
    /^Nothing answers at 0x44 .* It may also be at 0x45 or 0x46, which its pins or its part number choose\.$/,
  ],
  ['no answer of a chip with one address', aht20, [{ fails: nothing }], /^Nothing answers at 0x44 [^.]*: check SDA\.$/],
  ['no answer of a chip with many', lm75, [{ fails: nothing }], /also be at 0x48 to 0x4e, which/],
  [
    'an address that a kernel driver holds',
    sht4x,
    [{ fails: new HardwareError('EBUSY', 'A kernel driver holds it.') }],
    /^A kernel driver holds it\. As a kernel sensor it is \{ kind: hwmon, name: sht4x, value: temp1 \}\.$/,
  ],
  ['a stuck bus', sht4x, [{ fails: new HardwareError('ETIMEDOUT', 'The bus is stuck.') }], /^The bus is stuck\.$/],
  [
    'an AHT20 that is not calibrated',
    aht20,
    [{ write: [0xbe, 0x08, 0x00] }, { answer: [0x10] }, { answer: [0x10] }],
    /^The AHT20 at 0x38 on I2C bus 1 is not calibrated .*perhaps an AHT10/,
  ],
  [
    'an AHT20 that never starts',
    aht20,
    [{ write: [0xbe, 0x08, 0x00] }, ...repeated(6, { answer: [0x98] })],
    /does not finish starting: check its 3\.3 V supply/,
  ],
  [
    'an LM75 with other limits, which may be another chip',
    lm75,
    [
      { write: [0x01], answer: [0x00] },
      { write: [0x02], answer: [0x00, 0x00] },
    ],
    /has other limits than an LM75 after power on: .* Switch it off and on\.$/,
  ],
  [
    'an AHT20 that never ends',
    aht20,
    [...aht20Open, { write: [0xac, 0x33, 0x00] }, ...repeated(6, { answer: [0x98] })],
    /is still measuring after 130 ms: it has probably lost power/,
  ],
  [
    'an AHT10, which sends no checksum',
    aht20,
    [
      ...aht20Open,
      { write: [0xac, 0x33, 0x00] },
      { answer: [0x18] },
      { answer: [0x1c, 0x80, 0x00, 0x06, 0x00, 0x00, 0xff] },
    ],
    /sent a wrong checksum/,
  ],
  ['sun or an open SDA', bh1750, bh1750Measure(0xff, 0xff), /reads its highest value: it is in bright sun, or SDA/],
  [
    'an LM75 where a TMP102 should be',
    tmp102,
    [{ write: [0x01], answer: [0x00, 0x00] }],
    /^The TMP102 at 0x48 .* has another configuration register .*perhaps an LM75/,
  ],
  [
    'a TMP102 where an LM75 should be',
    lm75,
    [{ write: [0x01], answer: [0x60] }],
    /^The LM75 at 0x4f .*perhaps a TMP102/,
  ],
  [
    'a TMP102 that never ends',
    tmp102,
    [...tmp102Open, { write: [0x01, 0xe1, 0xa0] }, ...repeated(6, { write: [0x01], answer: [0x61, 0xa0] })],
    /is still measuring after 60 ms/,
  ],
  [
    'bits that a TMP102 never sets',
    tmp102,
    [...tmp102Open, ...tmp102Measure(0x19, 0x08)],
    /set bits that this chip never/,
  ],
  ['a temperature that an LM75 cannot have', lm75, [...lm75Open, ...lm75Measure(0x80, 0x00)], /of -128\.0 °C, outside/],
  [
    'an input beyond the gain',
    ads1115,
    ads1115Measure(0x7f, 0xff),
    /reads its highest value: the input is beyond 2\.048 V\. Set a smaller gain\.$/,
  ],
  [
    'an input beyond all gains',
    { ...ads1115, gain: '2/3' },
    [
      { write: [0x01, 0xc1, 0x83] },
      { write: [0x01], answer: [0xc1, 0x83] },
      { write: [0x01], answer: [0xc1, 0x83] },
      { write: [0x00], answer: [0x80, 0x00] },
    ],
    /the input is beyond what it can measure\.$/,
  ],
  [
    'an ADS1115 that does not keep its settings',
    ads1115,
    [{ write: [0x01, 0xc5, 0x83] }, { write: [0x01], answer: [0x85, 0x83] }],
    /does not keep its settings: another chip is there/,
  ],
  [
    'a TMP102 where an ADS1115 should be, though it still converts',
    ads1115,
    [{ write: [0x01, 0xc5, 0x83] }, { write: [0x01], answer: [0x65, 0xa0] }],
    /does not keep its settings: another chip is there/,
  ],
  [
    'an INA226 where an INA219 should be',
    ina219,
    [{ write: [0x00, 0x39, 0x9f] }, { write: [0x00], answer: [0x49, 0x9f] }],
    /^The INA219 at 0x40 .* does not keep its settings: another chip is there/,
  ],
  ...[
    [0x7d, 0x00],
    [0x83, 0x00],
  ].map(
    (shunt) =>
      [
        `an INA219 whose shunt has more than it can measure (0x${Buffer.from(shunt).toString('hex')})`,
        { ...ina219, shuntOhms: 0.1 },
        ina219Measure(shunt, [0x5d, 0x9a]),
        /^The INA219 at 0x40 .* reads its highest value: more than 3\.20 A flow\. Use a shunt of fewer ohms\.$/,
      ] as const,
  ),
  [
    'an INA219 that never ends',
    ina219,
    [
      { write: [0x00, 0x39, 0x9f] },
      { write: [0x00], answer: [0x39, 0x9f] },
      ...repeated(6, { write: [0x02], answer: [0x5d, 0x98] }),
    ],
    /is still converting after 7 ms/,
  ],
]
for (const [what, config, script, sentence] of faults) {
  void t.test(`${what} is a failure, not a reading`, async (t) => {
    const { measure, left } = rig(config, script)
    await t.rejects(measure(), { code: 'hardware', message: sentence })
    t.equal(left(), 0)
  })
}

void t.test('too few bytes are a failure', async (t) => {
  const clock = new FakeClock()
  const i2c = { buses: async () => [], scan: async () => [], transfer: async () => Uint8Array.of(0x83) }
  const chip = createI2cChip({ i2c, clock, config: bh1750 })
  await t.rejects(finish(clock, chip.measure()), { message: /^The BH1750 at 0x23 .* answered too few bytes/ })
})

void t.test('a chip is asked who it is once, and again after each failure', async (t) => {
  const measure = sht4xMeasure(...word(0x66, 0x66), ...word(0x72, 0xb0))
  const chip = rig(sht4x, [...sht4xOpen, ...measure, ...measure, { fails: nothing }, ...sht4xOpen, ...measure])
  await chip.measure()
  await chip.measure()
  await t.rejects(chip.measure(), { message: /^Nothing answers/ })
  await chip.measure()
  t.equal(chip.left(), 0)
})

void t.test(
  'an SHT4x that does not acknowledge because it still measures is asked again, not told again',
  async (t) => {
    const answer = [...word(0x66, 0x66), ...word(0x72, 0xb0)]
    const late = [{ write: [0xfd] }, { fails: nothing, afterMs: 8.3 }, ...repeated(4, { fails: nothing }), { answer }]
    const chip = rig(sht4x, [...sht4xOpen, ...late])
    t.strictSame(Object.keys(await chip.measure()), ['temperature', 'humidity'])
    t.equal(chip.left(), 0)
  },
)

void t.test('an SHT4x that never ends measuring is not said to be absent, until it has answered again', async (t) => {
  const told: readonly Exchange[] = [{ write: [0xfd] }, ...repeated(6, { fails: nothing, afterMs: 2 })]
  const answers = sht4xMeasure(...word(0x66, 0x66), ...word(0x72, 0xb0))
  const stuck = new HardwareError('ETIMEDOUT', 'The bus is stuck.')
  const later: readonly Exchange[] = [
    { fails: nothing },
    { fails: stuck },
    ...sht4xOpen,
    ...answers,
    { fails: nothing },
  ]
  const chip = rig(sht4x, [...sht4xOpen, ...told, ...later])
  const silent = {
    code: 'hardware',
    message: /^The SHT4x at 0x44 on I2C bus 1 was told to measure and has not answered since, .*8\.3 ms at most: check/,
  }
  await t.rejects(chip.measure(), silent)
  await t.rejects(chip.measure(), silent, 'it acknowledges nothing at all while it measures')
  await t.rejects(chip.measure(), { message: 'The bus is stuck.' }, 'what is not about the chip is said as it is')
  await chip.measure()
  await t.rejects(chip.measure(), { message: /^Nothing answers/ }, 'it has answered in between')
  t.equal(chip.left(), 0)
})

void t.test('a bug in a port is not turned into a sentence about wiring', async (t) => {
  await t.rejects(rig(sht4x, [{ fails: new TypeError('bug') }]).measure(), TypeError)
})

void t.test('a reading names its chip, and the channel of a converter', async (t) => {
  t.equal(rig(sht4x, []).source, 'sht4x on I2C bus 1 at 0x44')
  t.equal(rig({ ...ads1115, channel: 3 }, []).source, 'ads1115 channel 3 on I2C bus 1 at 0x48')
})
