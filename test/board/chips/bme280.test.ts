import t from 'tap'
import { Bme280 } from './bme280.ts'
import { exampleTrimming, fineTemperature, humidity, pressure, rawFor, trimmingRegisters } from './bosch-trimming.ts'

void t.test('the compensation says what the example of the BMP280 datasheet says (section 3.12)', async (t) => {
  const fine = fineTemperature(519_888, exampleTrimming)
  t.equal(Math.trunc(fine), 128_422)
  t.equal((fine / 5120).toFixed(2), '25.08')
  t.equal(pressure(415_148, fine, exampleTrimming).toFixed(2), '100653.27')
  t.equal(
    rawFor(fine, 20, (raw) => fineTemperature(raw, exampleTrimming)),
    519_888,
    'and back',
  )
  t.equal(
    rawFor(100_653.27, 20, (raw) => pressure(raw, fine, exampleTrimming)),
    415_148,
  )
  const raw = rawFor(45, 16, (each) => humidity(each, fine, exampleTrimming))
  t.equal(humidity(raw, fine, exampleTrimming).toFixed(1), '45.0')
})

void t.test('the trimming values stand where table 16 says', async (t) => {
  const registers = trimmingRegisters(exampleTrimming)
  t.same([registers.get(0x88), registers.get(0x89)], [0x70, 0x6b], 'T1 is 27504, the low byte first')
  t.same([registers.get(0x8c), registers.get(0x8d)], [0x18, 0xfc], 'T3 is -1000')
  t.equal(registers.get(0xa1), 75, 'H1')
  // H4 is 327 (147 hex), H5 is -11 (ff5 hex).
  t.same([registers.get(0xe4), registers.get(0xe5), registers.get(0xe6)], [0x14, 0x57, 0xff])
})

const bytes = (...values: readonly number[]) => Uint8Array.from(values)

void t.test('a BME280 sleeps until it is forced, measures as long as section 9.1 says, and sleeps again', async (t) => {
  let nowMs = 0
  const chip = new Bme280('bme280', () => nowMs)
  const read = (register: number, count: number) => {
    chip.write(bytes(register))
    return [...chip.read(count)]
  }
  t.same(read(0xd0, 1), [0x60])
  t.same(read(0xf7, 8), [0x80, 0, 0, 0x80, 0, 0, 0x80, 0], 'nothing measured')
  chip.write(bytes(0xf2, 1, 0xf4, 0x25))
  t.same(read(0xf3, 1), [8])
  nowMs = 9.3
  t.same(read(0xf3, 2), [0, 0x24], 'after 9.3 ms at one sample of each')
  const [, , p, , , x] = read(0xf7, 8)
  t.same([(p ?? 1) & 0xf, (x ?? 1) & 0xf], [0, 0], 'twenty bits stand to the left')
  t.same(chip.misuses, [])
})

void t.test('the values of a BME280 come back through the compensation of its maker', async (t) => {
  let nowMs = 0
  const chip = new Bme280('bme280', () => nowMs)
  for (const [temperatureC, humidityPercent, pressureHpa] of [
    [-40, 10, 300],
    [0, 0, 1_000],
    [25.08, 45, 1_006.53],
    [85, 100, 1_100],
  ] as const) {
    Object.assign(chip.climate, { temperatureC, humidityPercent, pressureHpa })
    // Sixteen samples of each: all bits are there.
    chip.write(bytes(0xf2, 5, 0xf4, 0xb5))
    nowMs += 200
    chip.write(bytes(0xf7))
    const [p0 = 0, p1 = 0, p2 = 0, t0 = 0, t1 = 0, t2 = 0, h0 = 0, h1 = 0] = chip.read(8)
    const fine = fineTemperature((t0 << 12) | (t1 << 4) | (t2 >> 4), exampleTrimming)
    const found = [
      fine / 5120,
      humidity((h0 << 8) | h1, fine, exampleTrimming),
      pressure((p0 << 12) | (p1 << 4) | (p2 >> 4), fine, exampleTrimming) / 100,
    ]
    const wanted = [temperatureC, humidityPercent, pressureHpa]
    for (const [at, value] of found.entries())
      t.ok(Math.abs(value - (wanted[at] ?? 0)) < 0.01, `${wanted[at]} came back as ${value}`)
  }
})

void t.test('a BME280 takes ctrl_hum with the next ctrl_meas alone, and notes who reads without', async (t) => {
  let nowMs = 0
  const chip = new Bme280('bme280', () => nowMs)
  const values = () => {
    nowMs += 10
    chip.write(bytes(0xf7))
    return [...chip.read(8)]
  }
  chip.write(bytes(0xf4, 0x25, 0xf2, 1))
  t.same(values().slice(6), [0x80, 0], 'no humidity')
  t.same(chip.misuses, ['ctrl_hum was written and no ctrl_meas after it'])
  chip.write(bytes(0xf4, 0x25))
  t.not(values()[6], 0x80)
})

void t.test(
  'a BME280 notes values read too early, registers without an address, and what it does not know',
  async (t) => {
    let nowMs = 0
    const chip = new Bme280('bme280', () => nowMs)
    chip.write(bytes(0xf2, 1, 0x25))
    chip.write(bytes(0xf4, 0x25, 0x88, 1))
    chip.write(bytes(0xf7))
    chip.read(8)
    nowMs = 20
    chip.write(bytes(0xe0, 0xb6))
    chip.write(bytes(0xf3))
    t.same([...chip.read(2)], [1, 0], 'after a reset it copies its trimming values')
    t.same(chip.misuses, [
      'a register was written without its own address',
      '0x1 written into register 0x88',
      'the values were read before they were measured',
    ])
  },
)

void t.test('a BMP280 has its own id and no humidity', async (t) => {
  let nowMs = 0
  const chip = new Bme280('bmp280', () => nowMs)
  chip.write(bytes(0xd0))
  t.same([...chip.read(1)], [0x58])
  chip.write(bytes(0xf4, 0x25))
  nowMs = 6.5
  chip.write(bytes(0xf3))
  t.same([...chip.read(1)], [0], 'after 6.4 ms')
  chip.write(bytes(0xf2, 1))
  chip.write(bytes(0xfd))
  t.same([...chip.read(2)], [0, 0])
  t.same(chip.misuses, ['0x1 written into register 0xf2'])
})
