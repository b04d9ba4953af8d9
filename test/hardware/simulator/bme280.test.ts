import t, { type Test } from 'tap'
import { adcWordsOf, trimmingAt0x88, trimmingAt0xE1 } from '../../../src/hardware/simulator/bme280-trimming.ts'
import { Bme280Chip } from '../../../src/hardware/simulator/bme280-chip.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const climate = { temperatureC: 25.08, pressurePa: 100_653.27, humidityPercent: 47.3, lightLux: 0, soilWet: 0 }

function makeChip() {
  const clock = new FakeClock()
  const now = { ...climate }
  const chip = new Bme280Chip({ clock, sample: () => now, noise: { next: () => 0 } })
  const read = (register: number, count = 1): number[] => {
    chip.write(Uint8Array.of(register))
    return [...chip.read(count)]
  }
  const words = (): { pressure: number; temperature: number; humidity: number } => {
    const [p0 = 0, p1 = 0, p2 = 0, t0 = 0, t1 = 0, t2 = 0, h0 = 0, h1 = 0] = read(0xf7, 8)
    return {
      pressure: (p0 << 12) | (p1 << 4) | (p2 >> 4),
      temperature: (t0 << 12) | (t1 << 4) | (t2 >> 4),
      humidity: (h0 << 8) | h1,
    }
  }
  return { clock, chip, now, read, words, set: (...bytes: number[]) => chip.write(Uint8Array.from(bytes)) }
}

void t.test("the datasheet's worked example comes back: 25.08 °C and 100653 Pa are 519888 and 415148", async (t) => {
  const words = adcWordsOf(climate)
  near(t, words.temperature, 519_888, 20)
  near(t, words.pressure, 415_148, 20)
})

void t.test('trimming words are laid out as in the memory map: low byte first, H4 and H5 sharing 0xE5', async (t) => {
  const low = new DataView(trimmingAt0x88().buffer)
  t.equal(low.getUint16(0, true), 27_504)
  t.equal(low.getInt16(4, true), -1_000)
  t.equal(low.getUint16(6, true), 36_477)
  t.equal(low.getInt16(8, true), -10_685)
  t.equal(low.getUint8(25), 75)
  const [e1 = 0, e2 = 0, e3, e4 = 0, e5 = 0, e6 = 0, e7] = trimmingAt0xE1()
  t.equal(e1 | (e2 << 8), 370)
  t.equal(e3, 0)
  t.equal((e4 << 4) | (e5 & 0xf), 313)
  t.equal((e6 << 4) | (e5 >> 4), 50)
  t.equal(e7, 30)
})

void t.test('the id is 0x60, and reads go on from register to register', async (t) => {
  const { read, chip } = makeChip()
  t.same(read(0xd0), [0x60])
  t.same(read(0x88, 26), [...trimmingAt0x88()])
  t.same(read(0xe1, 7), [...trimmingAt0xE1()])
  read(0xcf)
  t.same([...chip.read(1)], [0x60], 'the next read starts where the last one ended')
})

void t.test(
  'after power-on it sleeps, settings are zero and the data registers hold the unmeasured words',
  async (t) => {
    const { read, words } = makeChip()
    t.same(read(0xf2, 4), [0, 0, 0, 0])
    t.same(words(), { pressure: 0x80000, temperature: 0x80000, humidity: 0x8000 })
  },
)

void t.test('a forced measurement is busy for its time, then holds new words and sleeps again', async (t) => {
  const { clock, read, words, set } = makeChip()
  set(0xf2, 0x01, 0xf4, 0x25)
  t.same(read(0xf3), [0x08], 'measuring')
  t.equal(words().temperature, 0x80000, 'no result yet')
  await clock.advance(9)
  t.same(read(0xf3), [0x08], 'the longest time of one sample each is 9.3 ms')
  await clock.advance(1)
  t.same(read(0xf3), [0])
  t.same(read(0xf4), [0x24], 'mode bits show sleep')
  const exact = adcWordsOf(climate)
  t.same(
    words(),
    { ...exact, temperature: exact.temperature & ~0xf, pressure: exact.pressure & ~0xf },
    '16 bits without oversampling',
  )
})

void t.test('humidity settings wait for the next write to ctrl_meas', async (t) => {
  const { clock, read, words, set } = makeChip()
  set(0xf4, 0x25)
  set(0xf2, 0x01)
  await clock.advance(20)
  t.same(read(0xf2), [0x01], 'the register shows it')
  t.equal(words().humidity, 0x8000, 'but it was not measured')
  set(0xf4, 0x25)
  await clock.advance(20)
  t.not(words().humidity, 0x8000)
})

void t.test('a quantity whose oversampling is zero is left at its unmeasured word', async (t) => {
  const { clock, words, set } = makeChip()
  set(0xf2, 0x01, 0xf4, 0x21)
  await clock.advance(20)
  t.equal(words().pressure, 0x80000)
  t.not(words().temperature, 0x80000)
})

void t.test('oversampling gives finer words', async (t) => {
  const { clock, words, set } = makeChip()
  set(0xf4, 0xb5)
  await clock.advance(100)
  t.equal(words().temperature, adcWordsOf(climate).temperature)
})

void t.test('normal mode measures again after each standby time, and only then', async (t) => {
  const { clock, now, read, words, set } = makeChip()
  set(0xf5, 0xa0)
  set(0xf4, 0x27)
  await clock.advance(20)
  const before = words().temperature
  now.temperatureC = 30
  await clock.advance(500)
  t.equal(words().temperature, before, 'standby is one second')
  t.same(read(0xf3), [0])
  await clock.advance(600)
  t.ok(words().temperature > before)
  t.same(read(0xf4), [0x27], 'the mode stays')
})

void t.test('settings in config are ignored in normal mode', async (t) => {
  const { read, set } = makeChip()
  set(0xf4, 0x27)
  set(0xf5, 0xa0)
  t.same(read(0xf5), [0])
  set(0xf4, 0x24)
  set(0xf5, 0xa0)
  t.same(read(0xf5), [0xa0])
})

void t.test('the filter follows a jump step by step', async (t) => {
  const { clock, now, words, set } = makeChip()
  set(0xf5, 0x08)
  set(0xf4, 0x25)
  await clock.advance(20)
  const start = words().temperature
  now.temperatureC = 35
  set(0xf4, 0x25)
  await clock.advance(20)
  const target = adcWordsOf(now).temperature
  near(t, words().temperature, start + (target - start) / 4, 2)
})

void t.test('0xB6 to the reset register is a new power-on, anything else there is nothing', async (t) => {
  const { clock, read, words, set } = makeChip()
  set(0xf2, 0x05, 0xf5, 0xa0, 0xf4, 0x25)
  await clock.advance(50)
  set(0xe0, 0x01)
  t.same(read(0xf2), [0x05])
  set(0xe0, 0xb6)
  t.same(read(0xf2, 4), [0, 0x01, 0, 0], 'settings gone, trimming being copied')
  t.equal(words().temperature, 0x80000)
  await clock.advance(2)
  t.same(read(0xf3), [0])
})

function near(t: Test, found: number, wanted: number, tolerance: number): void {
  t.ok(Math.abs(found - wanted) <= tolerance, `${found} is within ${tolerance} of ${wanted}`)
}
