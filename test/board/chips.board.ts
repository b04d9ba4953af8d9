import t from 'tap'
import { createSystemClock } from '../../src/clock.ts'
import type { I2cSensorConfig } from '../../src/config/config.ts'
import { createI2cChip } from '../../src/devices/chips/i2c-chips.ts'
import { isPincerError } from '../../src/errors.ts'
import { bootBoard } from './board.ts'
import type { VirtualI2cChip } from './chips/chip.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { startBuses } from './remote-buses.ts'

/** A chip that is sent commands and then read, without registers. */
class CommandChip implements VirtualI2cChip {
  readonly #answers: Readonly<Record<number, readonly number[]>>
  #answer: readonly number[] | undefined

  /** By the first byte of the command; others are not acknowledged. */
  constructor(answers: Readonly<Record<number, readonly number[]>>) {
    this.#answers = answers
  }

  write([command = -1]: Uint8Array): boolean {
    this.#answer = this.#answers[command]
    return this.#answer !== undefined
  }

  read(count: number): Uint8Array | false {
    return this.#answer === undefined
      ? false
      : Uint8Array.from({ length: count }, (_, index) => this.#answer?.[index] ?? 0xff)
  }
}

/** What a BME280 holds in the worked example of the BMP280's data sheet: 25.08 °C and 1006.53 hPa. */
function bme280(): RegisterChip {
  const chip = new RegisterChip({ 0xd0: 0x60, 0xa1: 75 })
  const words = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000]
  for (const [index, word] of words.entries()) {
    chip.registers[0x88 + index * 2] = word & 0xff
    chip.registers[0x89 + index * 2] = (word >> 8) & 0xff
  }
  chip.registers.set([0x6c, 0x01, 0x00, 0x13, 0x2f, 0x03, 0x1e], 0xe1)
  chip.registers.set([0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x70, 0x00], 0xf7)
  return chip
}

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

// Bytes that a real AHT20 sent, with its own checksum: 15.08 % and 28.27 °C.
const aht20 = new CommandChip({
  0xbe: [0x18],
  0xac: [28, 38, 154, 118, 66, 231, 118],
})
const sht4x = new CommandChip({
  0x89: [0xbe, 0xef, 0x92, 0xbe, 0xef, 0x92],
  0xfd: [0xbe, 0xef, 0x92, 0xbe, 0xef, 0x92],
})

void t.test('chips with registers and chips with commands are read through a real bus', async (t) => {
  board.i2c.plug(0x76, bme280())
  board.i2c.plug(0x44, sht4x)
  board.i2c.plug(0x38, aht20)
  board.i2c.plug(0x23, new CommandChip({ 0x01: [], 0x20: [0x83, 0x90] }))
  board.i2c.plug(0x4f, new RegisterChip({ 0: 0xe7, 1: 0x00 }))
  t.match(await read('bme280', 0x76), /^temperature 25\.08, humidity \d+\.\d\d, pressure 1006\.53$/)
  t.equal(await read('sht4x', 0x44), 'temperature 85.52, humidity 87.23')
  t.equal(await read('aht20', 0x38), 'humidity 15.08, temperature 28.27')
  t.equal(await read('bh1750', 0x23), 'illuminance 28066.67')
  t.equal(await read('lm75', 0x4f), 'temperature -25.00')
})

void t.test('a chip is measured again after it was unplugged, disturbed, or exchanged for another', async (t) => {
  board.i2c.plug(0x44, sht4x)
  board.i2c.unplug(0x44)
  t.match(await read('sht4x', 0x44), /^Nothing answers at 0x44 on I2C bus 1: .* It may also be at 0x45 or 0x46/)
  board.i2c.plug(0x44, sht4x)
  board.i2c.noise = (bytes) => bytes.map((byte) => byte ^ 4)
  t.match(await read('sht4x', 0x44), /^The SHT4x at 0x44 on I2C bus 1 sent a wrong checksum/)
  board.i2c.noise = (bytes) => bytes
  t.match(await read('sht4x', 0x44), /^temperature/)
  board.i2c.plug(0x76, new RegisterChip({ 0xd0: 0x58 }))
  t.match(await read('bme280', 0x76), /^No BME280 at 0x76 .*it is a BMP280, .* Set kind: bmp280\.$/)
})

void t.test('a chip that the kernel drives is left to it, and said how to be read', async (t) => {
  board.i2c.plug(0x48, new RegisterChip({ 0: 0x19, 1: 0x00 }))
  await board.run(['/bin/sh', '-c', 'echo lm75 0x48 > /sys/bus/i2c/devices/i2c-1/new_device'])
  t.match(
    await read('lm75', 0x48),
    /^A kernel driver \(lm75\) holds 0x48 .* As a kernel sensor it is \{ kind: hwmon, name: lm75, value: temp1 \}\.$/,
  )
})
