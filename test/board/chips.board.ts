import t from 'tap'
import { createSystemClock } from '../../src/clock.ts'
import type { I2cSensorConfig } from '../../src/config/config.ts'
import { createI2cChip } from '../../src/devices/chips/i2c-chips.ts'
import { isPincerError } from '../../src/errors.ts'
import { bootBoard } from './board.ts'
import { Aht20 } from './chips/aht20.ts'
import { Bh1750 } from './chips/bh1750.ts'
import { Bme280 } from './chips/bme280.ts'
import { Lm75 } from './chips/lm75.ts'
import { Sht4x } from './chips/sht4x.ts'
import { Tmp102 } from './chips/tmp102.ts'
import { startBuses } from './remote-buses.ts'

const board = await bootBoard(t)
const { i2c } = await startBuses(board)
const clock = createSystemClock()

/** What a device on this chip would say. */
async function read(kind: I2cSensorConfig['kind'], address: number): Promise<string> {
  const chip = createI2cChip({ i2c, clock, config: { kind, bus: 1, address } })
  try {
    const measured = Object.entries(await chip.measure())
    return measured.map(([quantity, value]) => `${quantity} ${value.toFixed(2)}`).join(', ')
  } catch (error) {
    if (!isPincerError(error)) throw error
    return error.message
  }
}

void t.test('chips with registers and chips with commands are read through a real bus', async (t) => {
  const climate = new Bme280()
  Object.assign(climate.climate, { temperatureC: -5, humidityPercent: 80, pressureHpa: 960 })
  const chips = {
    climate,
    air: new Sht4x({ temperatureC: 21.5, humidityPercent: 45 }),
    cellar: new Aht20({ temperatureC: 8, humidityPercent: 90 }),
    light: new Bh1750({ lux: 28_067 }),
    cold: new Lm75({ temperatureC: -25 }),
    rack: new Tmp102({ temperatureC: 40.5 }),
  }
  board.i2c.plug(0x76, chips.climate)
  board.i2c.plug(0x44, chips.air)
  board.i2c.plug(0x38, chips.cellar)
  board.i2c.plug(0x23, chips.light)
  board.i2c.plug(0x4f, chips.cold)
  board.i2c.plug(0x49, chips.rack)
  t.match(await read('bme280', 0x76), /^temperature -5\.0\d, humidity (79\.9\d|80\.0\d), pressure (959\.9\d|960\.0\d)$/)
  t.equal(await read('sht4x', 0x44), 'temperature 21.50, humidity 45.00')
  t.equal(await read('aht20', 0x38), 'humidity 90.00, temperature 8.00')
  t.equal(await read('bh1750', 0x23), 'illuminance 28066.67')
  t.equal(await read('lm75', 0x4f), 'temperature -25.00')
  t.equal(await read('tmp102', 0x49), 'temperature 40.50')
  for (const [what, { misuses }] of Object.entries(chips)) t.strictSame(misuses, [], what)
})

void t.test('a chip is measured again after it was unplugged, disturbed, or exchanged for another', async (t) => {
  const sht4x = new Sht4x()
  board.i2c.plug(0x44, sht4x)
  board.i2c.unplug(0x44)
  t.match(await read('sht4x', 0x44), /^Nothing answers at 0x44 on I2C bus 1: .* It may also be at 0x45 or 0x46/)
  board.i2c.plug(0x44, sht4x)
  board.i2c.noise = (bytes) => bytes.map((byte) => byte ^ 4)
  t.match(await read('sht4x', 0x44), /^The SHT4x at 0x44 on I2C bus 1 sent a wrong checksum/)
  board.i2c.noise = (bytes) => bytes
  t.match(await read('sht4x', 0x44), /^temperature/)
  board.i2c.plug(0x76, new Bme280('bmp280'))
  t.match(await read('bme280', 0x76), /^No BME280 at 0x76 .*it is a BMP280, .* Set kind: bmp280\.$/)
})

void t.test('a chip that the kernel drives is left to it, and said how to be read', async (t) => {
  board.i2c.plug(0x48, new Lm75())
  await board.run(['/bin/sh', '-c', 'echo lm75 0x48 > /sys/bus/i2c/devices/i2c-1/new_device'])
  t.match(
    await read('lm75', 0x48),
    /^A kernel driver \(lm75\) holds 0x48 .* As a kernel sensor it is \{ kind: hwmon, name: lm75, value: temp1 \}\.$/,
  )
})
