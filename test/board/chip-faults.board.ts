import t from 'tap'
import { limits } from '../../src/limits.ts'
import { bootBoard } from './board.ts'
import type { VirtualI2cChip } from './chips/chip.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { addressOf, type Chips, i2cKinds, makeChips, plugIn, startDevices } from './read-devices.ts'
import { withoutSpi } from './kernel-support.ts'

const board = await bootBoard(t)
const { read, pass } = startDevices(board)
const allKinds = withoutSpi === false ? ([...i2cKinds, 'mcp3008'] as const) : i2cKinds

/** What a device says whose chip is as `makeChips` makes it. */
const well = {
  bme280: 'temperature 20.0 °C, humidity 50 %, pressure 1013.2 hPa (bme280 on I2C bus 1 at 0x76; just now)',
  bmp280: 'temperature 20.0 °C, pressure 1013.2 hPa (bmp280 on I2C bus 1 at 0x77; just now)',
  sht4x: 'temperature 20.0 °C, humidity 50 % (sht4x on I2C bus 1 at 0x44; just now)',
  aht20: 'temperature 20.0 °C, humidity 50 % (aht20 on I2C bus 1 at 0x38; just now)',
  bh1750: 'illuminance 100 lx (bh1750 on I2C bus 1 at 0x23; just now)',
  tmp102: 'temperature 20.0 °C (tmp102 on I2C bus 1 at 0x49; just now)',
  lm75: 'temperature 20.0 °C (lm75 on I2C bus 1 at 0x4f; just now)',
  ads1115: 'voltage 0.000 V (ads1115 channel 2 on I2C bus 1 at 0x4a; just now)',
  ina219: 'voltage 5.000 V, current 0.0000 A, power 0.00 W (ina219 on I2C bus 1 at 0x40; just now)',
  mcp3008: 'voltage 0.000 V (mcp3008 channel 5 on SPI 0.0; just now)',
} as const satisfies Readonly<Record<keyof Chips, string>>

type Kind = keyof typeof well
const isWell = async (t: Tap, kind: Kind, when: string) => t.equal(await read(kind), `${kind}: ${well[kind]}`, when)
const fails = async (t: Tap, kind: Kind, sentence: string) =>
  t.equal(await read(kind), `${kind}: cannot be read: ${sentence}`)
type Tap = Pick<typeof t, 'equal'>

const otherAddresses: Readonly<Record<(typeof i2cKinds)[number], string>> = {
  bme280: '0x77',
  bmp280: '0x76',
  sht4x: '0x45 or 0x46',
  aht20: '',
  bh1750: '0x5c',
  tmp102: '0x48 or 0x4a or 0x4b',
  lm75: '0x48 to 0x4e',
  ads1115: '0x48 or 0x49 or 0x4b',
  ina219: '0x41 to 0x4f',
}

/** Nothing acknowledges the address. */
function silence(kind: (typeof i2cKinds)[number]): string {
  const place = `0x${addressOf(kind).toString(16)} on I2C bus 1`
  const others = otherAddresses[kind]
  const more = others === '' ? '' : ` It may also be at ${others}, which its pins or its part number choose.`
  return `Nothing answers at ${place}: check SDA, SCL, its supply and ground, and its address.${more}`
}

for (const kind of i2cKinds)
  void t.test(`a ${kind} that is unplugged says so, and is read again when it is back`, async (t) => {
    plugIn(board, makeChips())
    await isWell(t, kind, 'before')
    board.i2c.unplug(addressOf(kind))
    await fails(t, kind, silence(kind))
    await fails(t, kind, silence(kind))
    plugIn(board, makeChips())
    await isWell(t, kind, 'after')
  })

void t.test(
  'an mcp3008 that is unplugged says so, and is read again when it is back',
  { skip: withoutSpi },
  async (t) => {
    plugIn(board, makeChips())
    await isWell(t, 'mcp3008', 'before')
    board.spi.unplug(0)
    const sentence =
      'No MCP3008 answers on SPI device 0.0: check MISO, MOSI, the clock, its chip select and its 3.3 V supply.'
    await fails(t, 'mcp3008', sentence)
    plugIn(board, makeChips())
    await isWell(t, 'mcp3008', 'after')
  },
)

void t.test('a message that is not acknowledged once is sent again, and nobody hears of it', async (t) => {
  const chips = makeChips()
  plugIn(board, chips)
  for (const kind of i2cKinds) {
    board.i2c.nackNext = 1
    await isWell(t, kind, kind)
    t.same(chips[kind].misuses, [], kind)
  }
})

void t.test('a chip that stretches the clock is waited for', async (t) => {
  const chips = makeChips()
  plugIn(board, chips)
  board.i2c.delayMs = 10
  t.teardown(() => (board.i2c.delayMs = 0))
  for (const kind of i2cKinds) await isWell(t, kind, kind)
  for (const kind of i2cKinds) t.same(chips[kind].misuses, [], kind)
})

void t.test('a bus that is stuck is said by each chip on it, and all are read when it is free again', async (t) => {
  plugIn(board, makeChips())
  const stuck =
    'I2C bus 1 is stuck, for a transfer has not come back from the kernel within 1250 ms: check for a line that is held low, and switch the devices on it off and on; the bus is used again as soon as that transfer, which may still be done, ends.'
  board.i2c.stick()
  void board.i2c.hanging().then(() => pass(limits.i2cTimeoutMs + limits.busGraceMs))
  for (const kind of i2cKinds) await fails(t, kind, stuck)
  if (withoutSpi === false) await isWell(t, 'mcp3008', 'which is on another bus')
  board.i2c.free()
  while ((await read('bme280')).includes('is stuck')) continue
  for (const kind of i2cKinds) await isWell(t, kind, 'after')
})

void t.test(
  'an SPI controller that hangs is said, and its chip is read when it is free again',
  { skip: withoutSpi },
  async (t) => {
    plugIn(board, makeChips())
    board.spi.stick()
    void board.spi.hanging().then(() => pass(2 * limits.spiTimeoutMs))
    t.match(await read('mcp3008'), /^mcp3008: cannot be read: SPI bus 0 is stuck, for a transfer has not come back/)
    await isWell(t, 'bme280', 'which is on another bus')
    board.spi.free()
    while ((await read('mcp3008')).includes('is stuck')) continue
    await isWell(t, 'mcp3008', 'after')
  },
)

/** A bit of each byte that a chip sends is turned. */
const withNoise = {
  sht4x:
    'The SHT4x at 0x44 on I2C bus 1 sent a wrong checksum: check its wires and their length, and that no other chip is at this address.',
  aht20:
    'The AHT20 at 0x38 on I2C bus 1 sent a wrong checksum: check its wires and their length, and that no other chip is at this address.',
  bme280:
    'No BME280 at 0x76 on I2C bus 1: its id register reads 0x70 instead of 0x60; another chip is there, or the wiring is bad.',
  bmp280:
    'No BMP280 at 0x77 on I2C bus 1: its id register reads 0x48 instead of 0x58; another chip is there, or the wiring is bad.',
  ads1115: 'The ADS1115 at 0x4a on I2C bus 1 does not keep its settings: another chip is there, or the wiring is bad.',
  ina219: 'The INA219 at 0x40 on I2C bus 1 does not keep its settings: another chip is there, or the wiring is bad.',
} as const
for (const [kind, sentence] of Object.entries(withNoise) as [keyof typeof withNoise, string][])
  void t.test(`a ${kind} whose wires pick up noise has no reading`, async (t) => {
    plugIn(board, makeChips())
    t.teardown(() => (board.i2c.noise = (bytes) => bytes))
    await isWell(t, kind, 'before')
    board.i2c.noise = (bytes) => bytes.map((byte) => byte ^ 0x10)
    await fails(t, kind, sentence)
    board.i2c.noise = (bytes) => bytes
    await isWell(t, kind, 'after')
  })

for (const kind of ['bme280', 'bmp280', 'sht4x', 'aht20', 'tmp102', 'lm75'] as const)
  void t.test(`noise in one message of a ${kind} does not show`, async (t) => {
    plugIn(board, makeChips())
    t.teardown(() => (board.i2c.noise = (bytes) => bytes))
    await isWell(t, kind, 'before')
    let messages = 0
    // The measurement is the last message; the ones before it say who and how the chip is.
    const last = { bme280: 6, bmp280: 5, sht4x: 1, aht20: 2, tmp102: 2, lm75: 2 }[kind]
    board.i2c.noise = (bytes) => (++messages === last ? bytes.map((byte) => byte ^ 0x40) : bytes)
    t.equal(await read(kind, 2_000), `${kind}: ${well[kind]}`)
    t.ok(messages > last, 'it was measured again')
  })

/** Chips that take longer than they may. */
const whenSlow = {
  bme280: 'The BME280 at 0x76 on I2C bus 1 is still measuring after 30 ms: it has probably lost power.',
  bmp280: 'The BMP280 at 0x77 on I2C bus 1 is still measuring after 30 ms: it has probably lost power.',
  sht4x:
    'The SHT4x at 0x44 on I2C bus 1 was told to measure and has not answered since, though that takes 8.3 ms at most: check its supply and its wires.',
  aht20: 'The AHT20 at 0x38 on I2C bus 1 does not finish starting: check its 3.3 V supply.',
  tmp102: 'The TMP102 at 0x49 on I2C bus 1 is still measuring after 60 ms: it has probably lost power.',
  ads1115:
    'The ADS1115 at 0x4a on I2C bus 1 is still converting after 19 ms: it has probably lost power, or another chip is there.',
  ina219:
    'The INA219 at 0x40 on I2C bus 1 is still converting after 7 ms: it has probably lost power, or another chip is there.',
} as const
for (const [kind, sentence] of Object.entries(whenSlow) as [keyof typeof whenSlow, string][])
  void t.test(`a ${kind} that does not end is said, and nothing unfinished is read`, async (t) => {
    const chips = makeChips()
    plugIn(board, chips)
    await isWell(t, kind, 'before')
    chips[kind].slowness = 1e6
    await fails(t, kind, sentence)
    t.notMatch(chips[kind].misuses, [/read before/], 'what was not measured was not read')
    plugIn(board, makeChips())
    await isWell(t, kind, 'after')
  })

const otherSettings = 'does not keep its settings: another chip is there, or the wiring is bad.'
const whenExchanged = {
  bme280: [
    ({ bmp280 }) => bmp280,
    'No BME280 at 0x76 on I2C bus 1: its id register reads 0x58 instead of 0x60; it is a BMP280, which measures no humidity. Set kind: bmp280.',
  ],
  bmp280: [
    ({ bme280 }) => bme280,
    'No BMP280 at 0x77 on I2C bus 1: its id register reads 0x60 instead of 0x58; it is a BME280, which measures humidity too. Set kind: bme280.',
  ],
  sht4x: [({ ina219 }) => ina219, withNoise.sht4x],
  aht20: [
    ({ bh1750 }) => bh1750,
    'The AHT20 at 0x38 on I2C bus 1 is not calibrated after it was told to be: another chip is there (perhaps an AHT10), or it is broken.',
  ],
  bh1750: [({ sht4x }) => sht4x, silence('bh1750')],
  tmp102: [
    ({ lm75 }) => lm75,
    'The TMP102 at 0x49 on I2C bus 1 has another configuration register than a TMP102: another chip is there (perhaps an LM75).',
  ],
  lm75: [
    ({ ads1115 }) => ads1115,
    'The LM75 at 0x4f on I2C bus 1 has another configuration register than an LM75: another chip is there (perhaps a TMP102).',
  ],
  ads1115: [({ tmp102 }) => tmp102, `The ADS1115 at 0x4a on I2C bus 1 ${otherSettings}`],
  // A PCA9685, say, which keeps whatever is written into its registers.
  ina219: [() => new RegisterChip(), whenSlow.ina219],
} as const satisfies Record<string, readonly [(chips: Chips) => VirtualI2cChip, string]>
for (const kind of i2cKinds)
  void t.test(`another chip where a ${kind} should be is noticed`, async (t) => {
    plugIn(board, makeChips())
    const [other, sentence] = whenExchanged[kind]
    board.i2c.plug(addressOf(kind), other(makeChips()))
    await fails(t, kind, sentence)
    plugIn(board, makeChips())
    await isWell(t, kind, 'the right one')
  })

void t.test('behind all these faults every chip is read as at first', async (t) => {
  plugIn(board, makeChips())
  for (const kind of allKinds) await isWell(t, kind, kind)
})
