import t from 'tap'
import { Bme280 } from '../../../src/devices/chips/bme280.ts'
import type { Measured } from '../../../src/devices/sensor.ts'
import { HardwareError } from '../../../src/errors.ts'
import type { KernelErrorName } from '../../../src/errors.ts'
import type { I2cPort, I2cTransfer } from '../../../src/hardware/ports.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { simulate } from '../../support/simulated-board.ts'

/** Runs the clock until the measurement has ended. */
async function finish(clock: FakeClock, work: Promise<Measured>): Promise<Measured> {
  work.catch(() => undefined)
  const watch = { ended: false }
  const end = (): void => {
    watch.ended = true
  }
  work.then(end, end)
  for (let step = 0; step < 200 && !watch.ended; step++) await clock.advance(1)
  return work
}

/** Registers of a chip with the trimming of the data sheet's example; `patch` stands over them. */
function chipWith(patch: Readonly<Record<number, number>> = {}): { i2c: I2cPort; transfers: I2cTransfer[] } {
  const registers = new Map<number, number>([[0xd0, 0x60]])
  const words = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000]
  for (const [index, word] of words.entries()) {
    registers.set(0x88 + index * 2, word & 0xff)
    registers.set(0x89 + index * 2, (word >> 8) & 0xff)
  }
  registers.set(0xa1, 75)
  const block = (from: number, bytes: readonly number[]): void => {
    for (const [index, byte] of bytes.entries()) registers.set(from + index, byte)
  }
  block(0xe1, [0x6c, 0x01, 0x00, 0x13, 0x2f, 0x03, 0x1e])
  block(0xf7, [0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x70, 0x00])
  const transfers: I2cTransfer[] = []
  const i2c: I2cPort = {
    buses: async () => [1],
    scan: async () => [],
    transfer: async (transfer) => {
      transfers.push(transfer)
      const pointer = transfer.write?.[0] ?? 0
      return Uint8Array.from(
        { length: transfer.readBytes ?? 0 },
        (_, index) => patch[pointer + index] ?? registers.get(pointer + index) ?? 0,
      )
    },
  }
  return { i2c, transfers }
}

void t.test('a measurement of the simulated chip is the climate of its world', async (t) => {
  const { clock, simulator } = simulate()
  const chip = new Bme280({ i2c: simulator.i2c, clock, place: { kind: 'bme280', bus: 1, address: 0x76 } })
  const { temperature = 0, humidity = 0, pressure = 0 } = await finish(clock, chip.measure())
  t.ok(temperature > 15 && temperature < 30, `${temperature}`)
  t.ok(humidity > 20 && humidity < 80, `${humidity}`)
  t.ok(pressure > 950 && pressure < 1_050, `${pressure}`)
  simulator.play('heat room to 40')
  simulator.play('skip 2h')
  const { temperature: warmer = 0 } = await finish(clock, chip.measure())
  t.ok(warmer > temperature + 5, `${warmer}`)
  simulator.close()
})

void t.test('it writes ctrl_hum before ctrl_meas, waits, and reads all results in one transaction', async (t) => {
  const { i2c, transfers } = chipWith()
  const clock = new FakeClock()
  const chip = new Bme280({ i2c, clock, place: { kind: 'bme280', bus: 1, address: 0x76 } })
  const startMs = clock.monotonicMs()
  const { temperature, pressure } = await finish(clock, chip.measure())
  t.equal(temperature?.toFixed(2), '25.08')
  t.equal(pressure?.toFixed(2), '1006.53')
  t.ok(clock.monotonicMs() - startMs >= 10)
  const writes = transfers.flatMap(({ write, readBytes }) =>
    write !== undefined && readBytes === undefined ? [[...write]] : [],
  )
  t.strictSame(writes, [
    [0xf5, 0x00],
    [0xf2, 0x01],
    [0xf4, 0x25],
  ])
  t.match(transfers.at(-1), { write: Uint8Array.of(0xf7), readBytes: 8 })
})

void t.test('a chip that is exchanged for another of its kind is measured with its own trimming values', async (t) => {
  const clock = new FakeClock()
  let { i2c } = chipWith()
  const exchangeable: I2cPort = { ...i2c, transfer: (transfer) => i2c.transfer(transfer) }
  const chip = new Bme280({ i2c: exchangeable, clock, place: { kind: 'bme280', bus: 1, address: 0x76 } })
  t.equal((await finish(clock, chip.measure())).temperature?.toFixed(2), '25.08')
  // T1 is 256 higher.
  ;({ i2c } = chipWith({ 0x89: 0x6c }))
  t.equal((await finish(clock, chip.measure())).temperature?.toFixed(2), '23.80')
  ;({ i2c } = chipWith({ 0xd0: 0x58 }))
  await t.rejects(finish(clock, chip.measure()), { message: /it is a BMP280/ })
})

void t.test('a BMP280 is measured without humidity: registers that it has not are left alone', async (t) => {
  const { i2c, transfers } = chipWith({ 0xd0: 0x58 })
  const clock = new FakeClock()
  const chip = new Bme280({ i2c, clock, place: { kind: 'bmp280', bus: 1, address: 0x77 } })
  const measured = await finish(clock, chip.measure())
  t.strictSame(Object.keys(measured), ['temperature', 'pressure'])
  // The example of its data sheet, section 3.12.
  t.equal(measured.temperature?.toFixed(2), '25.08')
  t.equal(measured.pressure?.toFixed(2), '1006.53')
  const touched = new Set(transfers.map(({ write }) => write?.[0]))
  t.notOk(touched.has(0xf2) || touched.has(0xe1))
  t.match(transfers.at(-1), { write: Uint8Array.of(0xf7), readBytes: 6 })
})

for (const [id, sentence] of [
  [0x60, /^No BMP280 at 0x76 .* reads 0x60 instead of 0x58; it is a BME280, .* humidity too\. Set kind: bme280\.$/],
  [0x61, /it is a BME680\.$/],
  [0x00, /the bus gives no data/],
] as const) {
  void t.test(`the id ${id} is no BMP280`, async (t) => {
    const clock = new FakeClock()
    const { i2c } = chipWith({ 0xd0: id })
    const chip = new Bme280({ i2c, clock, place: { kind: 'bmp280', bus: 1, address: 0x76 } })
    await t.rejects(finish(clock, chip.measure()), { code: 'hardware', message: sentence })
  })
}

const faults: readonly (readonly [string, Readonly<Record<number, number>>, RegExp])[] = [
  [
    'a BMP280',
    { 0xd0: 0x58 },
    /No BME280 at 0x76 .* reads 0x58 instead of 0x60; it is a BMP280, which measures no humidity\. Set kind: bmp280\.$/,
  ],
  ['a BME680', { 0xd0: 0x61 }, /it is a BME680/],
  ['a bus that reads zeros', { 0xd0: 0x00 }, /the bus gives no data: check SDA, SCL/],
  ['a bus that reads ones', { 0xd0: 0xff }, /the bus gives no data/],
  ['another chip', { 0xd0: 0x12 }, /another chip is there/],
  ['trimming values of zero', { 0x88: 0, 0x89: 0 }, /without trimming values/],
  ['a chip that never ends measuring', { 0xf3: 0x08 }, /is still measuring after 30 ms/],
  ['a chip that never ends starting', { 0xf3: 0x01 }, /does not finish starting/],
  ['a skipped temperature', { 0xfa: 0x80, 0xfb: 0, 0xfc: 0 }, /did not measure the temperature/],
  ['a skipped pressure', { 0xf7: 0x80, 0xf8: 0, 0xf9: 0 }, /did not measure the pressure/],
  ['a skipped humidity', { 0xfd: 0x80, 0xfe: 0 }, /did not measure the humidity/],
  ['a temperature out of range', { 0xfa: 0xff, 0xfb: 0xff, 0xfc: 0xf0 }, /measured a temperature of .* °C, outside/],
  ['a pressure out of range', { 0xf7: 0xff, 0xf8: 0xff, 0xf9: 0xf0 }, /measured a pressure of .* hPa, outside/],
]
for (const [what, patch, sentence] of faults) {
  void t.test(`${what} is a failure, not a reading`, async (t) => {
    const clock = new FakeClock()
    const chip = new Bme280({ i2c: chipWith(patch).i2c, clock, place: { kind: 'bme280', bus: 1, address: 0x76 } })
    await t.rejects(finish(clock, chip.measure()), { code: 'hardware', message: sentence })
  })
}

const kernelFaults: readonly (readonly [KernelErrorName, RegExp])[] = [
  ['EREMOTEIO', /^the kernel's words It may also be at 0x76, which its pins or its part number choose\.$/],
  ['ENXIO', /^the kernel's words It may also be at 0x76/],
  ['ENODEV', /^the kernel's words$/],
  ['ETIMEDOUT', /^the kernel's words$/],
  ['EBUSY', /^the kernel's words As a kernel sensor it is \{ kind: iio, name: bme280, value: temp \}\.$/],
  ['EIO', /^the kernel's words$/],
]
for (const [kernel, sentence] of kernelFaults) {
  void t.test(`${kernel} is said in the port's words, with the other address where nothing answers`, async (t) => {
    const transfer = async (): Promise<never> => {
      throw new HardwareError(kernel, "the kernel's words")
    }
    const i2c: I2cPort = { buses: async () => [], scan: async () => [], transfer }
    const chip = new Bme280({ i2c, clock: new FakeClock(), place: { kind: 'bme280', bus: 1, address: 0x77 } })
    await t.rejects(chip.measure(), { code: 'hardware', kernel, message: sentence })
  })
}

void t.test('a bug in a port is not turned into a sentence about wiring', async (t) => {
  const transfer = async (): Promise<never> => {
    throw new TypeError('bug')
  }
  const i2c: I2cPort = { buses: async () => [], scan: async () => [], transfer }
  const chip = new Bme280({ i2c, clock: new FakeClock(), place: { kind: 'bme280', bus: 1, address: 0x76 } })
  await t.rejects(chip.measure(), TypeError)
})

void t.test('after a failure the chip is asked who it is', async (t) => {
  const patch: Record<number, number> = {}
  const { i2c } = chipWith(patch)
  const clock = new FakeClock()
  const chip = new Bme280({ i2c, clock, place: { kind: 'bme280', bus: 1, address: 0x76 } })
  await finish(clock, chip.measure())
  patch[0xf3] = 0x08
  await t.rejects(finish(clock, chip.measure()), { message: /still measuring/ })
  delete patch[0xf3]
  patch[0xd0] = 0x58
  await t.rejects(finish(clock, chip.measure()), { message: /it is a BMP280/ })
})

void t.test('a chip that was exchanged is recognised anew', async (t) => {
  const { clock, simulator } = simulate()
  const { i2c } = simulator
  const chip = new Bme280({ i2c, clock, place: { kind: 'bme280', bus: 1, address: 0x76 } })
  await finish(clock, chip.measure())
  simulator.play('unplug room')
  await t.rejects(finish(clock, chip.measure()), { code: 'hardware', message: /^Nothing answers at 0x76/ })
  simulator.play('plug room')
  t.ok(((await finish(clock, chip.measure())).temperature ?? 0) > 0)
  simulator.close()
})
