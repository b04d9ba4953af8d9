import t from 'tap'
import { attachChip } from './attached-chip.ts'
import { bootBoard } from './board.ts'
import { addressOf, makeChips, plugIn, startDevices } from './read-devices.ts'
import { withoutSpi } from './kernel-support.ts'

const board = await bootBoard(t)
const { read } = startDevices(board, {
  held: { kind: 'lm75', address: 0x48 },
  attic: { kind: 'hwmon', name: 'lm75', value: 'temp1' },
})

const at = (kind: Parameters<typeof addressOf>[0]) =>
  `(${kind} on I2C bus 1 at 0x${addressOf(kind).toString(16)}; just now)`

for (const kind of ['bme280', 'bmp280'] as const)
  void t.test(`a ${kind} is read as what the air around it is`, async (t) => {
    const chips = makeChips()
    plugIn(board, chips)
    for (const [temperatureC, humidityPercent, pressureHpa, said] of [
      [21.5, 45, 1013.22, ['21.5 °C', '45 %', '1013.2 hPa']],
      [-40, 0, 300, ['-40.0 °C', '0 %', '300.0 hPa']],
      [85, 100, 1100, ['85.0 °C', '100 %', '1100.0 hPa']],
      [-0.1, 99, 870, ['-0.1 °C', '99 %', '870.0 hPa']],
    ] as const) {
      Object.assign(chips[kind].climate, { temperatureC, humidityPercent, pressureHpa })
      const humidity = kind === 'bme280' ? `, humidity ${said[1]}` : ''
      t.equal(await read(kind), `${kind}: temperature ${said[0]}${humidity}, pressure ${said[2]} ${at(kind)}`)
    }
    t.same(chips[kind].misuses, [])
  })

for (const kind of ['sht4x', 'aht20'] as const)
  void t.test(`an ${kind} is read as what the air around it is`, async (t) => {
    const chips = makeChips()
    plugIn(board, chips)
    for (const [temperatureC, humidityPercent, temperature, humidity] of [
      [21.5, 45, '21.5 °C', '45 %'],
      [-40, 0, '-40.0 °C', '0 %'],
      [84.99, 99.9, '85.0 °C', '100 %'],
      [-0.1, 7.6, '-0.1 °C', '8 %'],
    ] as const) {
      Object.assign(chips[kind], { temperatureC, humidityPercent })
      t.equal(await read(kind), `${kind}: temperature ${temperature}, humidity ${humidity} ${at(kind)}`)
    }
    t.same(chips[kind].misuses, [])
  })

void t.test('an sht4x above its range of humidity says 100 %, as its datasheet wants', async (t) => {
  const chips = makeChips()
  plugIn(board, chips)
  Object.assign(chips.sht4x, { temperatureC: 125, humidityPercent: 118 })
  t.equal(await read('sht4x'), `sht4x: temperature 125.0 °C, humidity 100 % ${at('sht4x')}`)
})

void t.test('a bh1750 is read in starlight and in the sun, but not above what it can count', async (t) => {
  const { bh1750, ...chips } = makeChips()
  plugIn(board, { bh1750, ...chips })
  for (const [lux, said] of [
    [0, '0 lx'],
    [1, '1 lx'],
    [320, '320 lx'],
    [54_000, '54000 lx'],
  ] as const) {
    bh1750.lux = lux
    t.equal(await read('bh1750'), `bh1750: illuminance ${said} ${at('bh1750')}`)
  }
  bh1750.lux = 100_000
  t.equal(
    await read('bh1750'),
    'bh1750: cannot be read: The BH1750 at 0x23 on I2C bus 1 reads its highest value: it is in bright sun, or SDA is not connected.',
  )
  t.same(bh1750.misuses, [])
})

void t.test('a tmp102 and an lm75 are read on both sides of zero, each in its own steps', async (t) => {
  const chips = makeChips()
  plugIn(board, chips)
  for (const [temperatureC, twelveBits, nineBits] of [
    [21.26, '21.3 °C', '21.5 °C'],
    [125, '125.0 °C', '125.0 °C'],
    [0, '0.0 °C', '0.0 °C'],
    [-0.5, '-0.5 °C', '-0.5 °C'],
    [-25.3, '-25.3 °C', '-25.5 °C'],
    [-55, '-55.0 °C', '-55.0 °C'],
  ] as const) {
    chips.tmp102.temperatureC = temperatureC
    chips.lm75.temperatureC = temperatureC
    t.equal(await read('tmp102'), `tmp102: temperature ${twelveBits} ${at('tmp102')}`)
    t.equal(await read('lm75'), `lm75: temperature ${nineBits} ${at('lm75')}`)
  }
  t.same(chips.tmp102.misuses, [])
  t.same(chips.lm75.misuses, [])
})

void t.test('an ads1115 is read at the input that is configured, and not beyond its gain', async (t) => {
  const { ads1115, ...chips } = makeChips()
  plugIn(board, { ads1115, ...chips })
  const source = '(ads1115 channel 2 on I2C bus 1 at 0x4a; just now)'
  ads1115.volts.fill(3)
  for (const [volts, said] of [
    [1.65, '1.650 V'],
    [0, '0.000 V'],
    [-0.002, '-0.002 V'],
    [4.09, '4.090 V'],
  ] as const) {
    ads1115.volts[2] = volts
    t.equal(await read('ads1115'), `ads1115: voltage ${said} ${source}`)
  }
  ads1115.volts[2] = 4.2
  t.equal(
    await read('ads1115'),
    'ads1115: cannot be read: The ADS1115 at 0x4a on I2C bus 1 reads its highest value: the input is beyond 4.096 V. Set a smaller gain.',
  )
  t.same(ads1115.misuses, [])
})

void t.test('an ina219 is read in both directions of the current', async (t) => {
  const { ina219, ...chips } = makeChips()
  plugIn(board, { ina219, ...chips })
  for (const [busVolts, amperes, said] of [
    [12, 1.5, 'voltage 12.000 V, current 1.5000 A, power 18.00 W'],
    [0, 0, 'voltage 0.000 V, current 0.0000 A, power 0.00 W'],
    [26, -3.1, 'voltage 26.000 V, current -3.1000 A, power -80.60 W'],
    [3.304, 0.0123, 'voltage 3.304 V, current 0.0123 A, power 0.04 W'],
  ] as const) {
    Object.assign(ina219, { busVolts, amperes })
    t.equal(await read('ina219'), `ina219: ${said} ${at('ina219')}`)
  }
  // The voltage at its shunt, which the chip cuts at 320 mV.
  ina219.amperes = 5
  t.equal(
    await read('ina219'),
    'ina219: cannot be read: The INA219 at 0x40 on I2C bus 1 reads its highest value: more than 3.20 A flow. Use a shunt of fewer ohms.',
  )
  t.same(ina219.misuses, [])
})

void t.test('an mcp3008 is read at the input that is configured', { skip: withoutSpi }, async (t) => {
  const { mcp3008, ...chips } = makeChips()
  plugIn(board, { mcp3008, ...chips })
  mcp3008.volts.fill(3)
  for (const [volts, said] of [
    [1.65, '1.650 V'],
    [0, '0.000 V'],
    [3.3, '3.297 V'],
  ] as const) {
    mcp3008.volts[5] = volts
    t.equal(await read('mcp3008'), `mcp3008: voltage ${said} (mcp3008 channel 5 on SPI 0.0; just now)`)
  }
  t.same(mcp3008.misuses, [])
})

void t.test('an LM75 that the kernel drives is left to it, and read by its name', async (t) => {
  const { lm75 } = makeChips()
  board.i2c.plug(0x48, lm75)
  await attachChip(board, 'lm75', 0x48)
  for (const [temperatureC, said] of [
    [25.5, '25.5 °C'],
    [-55, '-55.0 °C'],
  ] as const) {
    lm75.temperatureC = temperatureC
    t.equal(await read('attic'), `attic: temperature ${said} (hwmon lm75 temp1; just now)`)
  }
  const before = board.i2c.log.length
  t.equal(
    await read('held'),
    "held: cannot be read: A kernel driver (lm75) holds 0x48 on I2C bus 1: read it as that driver's kernel sensor, or remove its overlay from config.txt and reboot. As a kernel sensor it is { kind: hwmon, name: lm75, value: temp1 }.",
  )
  t.equal(board.i2c.log.length, before, 'nothing was sent')
})
