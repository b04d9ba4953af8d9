import t from 'tap'
import {
  compensateHumidity,
  compensatePressure,
  compensateTemperature,
  parseRaw,
  parseTrimming,
} from '../../../src/devices/chips/bme280-compensation.ts'
import type { Bme280Trimming } from '../../../src/devices/chips/bme280-compensation.ts'

/** The published vector of the BMP280 data sheet, whose formulas for temperature and pressure are the same. */
const vector: Bme280Trimming = {
  T1: 27504,
  T2: 26435,
  T3: -1000,
  P1: 36477,
  P2: -10685,
  P3: 3024,
  P4: 2855,
  P5: 140,
  P6: -7,
  P7: 15500,
  P8: -14600,
  P9: 6000,
  H1: 75,
  H2: 364,
  H3: 0,
  H4: 319,
  H5: 50,
  H6: 30,
}

/** The data sheet's 32-bit integer form of the humidity (section 4.2.3), in BigInt: in % times 1024. */
function humidityInteger(raw: number, tFine: number, t: Bme280Trimming): number {
  const [adc, h1, h2, h3, h4, h5, h6] = [raw, t.H1, t.H2, t.H3, t.H4, t.H5, t.H6].map(BigInt) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  const base = BigInt(tFine) - 76_800n
  let v =
    (((adc << 14n) - (h4 << 20n) - h5 * base + 16_384n) >> 15n) *
    (((((((base * h6) >> 10n) * (((base * h3) >> 11n) + 32_768n)) >> 10n) + 2_097_152n) * h2 + 8_192n) >> 14n)
  v -= ((((v >> 15n) * (v >> 15n)) >> 7n) * h1) >> 4n
  if (v < 0n) v = 0n
  if (v > 419_430_400n) v = 419_430_400n
  return Number(v >> 12n)
}

/** The data sheet's 64-bit integer form of the pressure (section 4.2.3): in Pa times 256. */
function pressureInteger(raw: number, tFine: number, t: Bme280Trimming): number {
  const base = BigInt(tFine) - 128_000n
  let var1 = base
  let var2 = var1 * var1 * BigInt(t.P6) + ((var1 * BigInt(t.P5)) << 17n) + (BigInt(t.P4) << 35n)
  var1 = ((var1 * var1 * BigInt(t.P3)) >> 8n) + ((var1 * BigInt(t.P2)) << 12n)
  var1 = (((1n << 47n) + var1) * BigInt(t.P1)) >> 33n
  let p = 1_048_576n - BigInt(raw)
  p = (((p << 31n) - var2) * 3125n) / var1
  var1 = (BigInt(t.P9) * (p >> 13n) * (p >> 13n)) >> 25n
  var2 = (BigInt(t.P8) * p) >> 19n
  return Number(((p + var1 + var2) >> 8n) + (BigInt(t.P7) << 4n))
}

void t.test('temperature and pressure are those of the published vector', async (t) => {
  const { tFine, temperatureC } = compensateTemperature(519_888, vector)
  t.equal(tFine, 128_422)
  t.equal(temperatureC.toFixed(2), '25.08')
  // The data sheet's table was computed with the whole t_fine, its code cuts the fraction off: 0.01 Pa apart.
  t.equal(compensatePressure(415_148, temperatureC * 5_120, vector)?.toFixed(2), '100653.27')
  t.equal(compensatePressure(415_148, tFine, vector)?.toFixed(2), '100653.26')
})

void t.test('pressure agrees with the integer form of the data sheet over its whole range', async (t) => {
  let compared = 0
  for (let temperature = 350_000; temperature <= 650_000; temperature += 25_000) {
    const { tFine } = compensateTemperature(temperature, vector)
    for (let raw = 200_000; raw <= 900_000; raw += 10_000) {
      const pascal = compensatePressure(raw, tFine, vector) ?? Number.NaN
      if (pascal < 30_000 || pascal > 110_000) continue
      compared++
      const difference = Math.abs(pascal - pressureInteger(raw, tFine, vector) / 256)
      if (!(difference < 0.5)) t.fail(`raw ${raw}, t_fine ${tFine}: differs by ${difference} Pa`)
    }
  }
  t.ok(compared > 100)
})

void t.test('humidity agrees with the integer form of the data sheet, also at its ends', async (t) => {
  const trimmings = [vector, { ...vector, H1: 0, H3: 25, H4: 280, H5: -20, H6: -30 }, { ...vector, H2: 400, H3: 255 }]
  const seen = { low: 0, high: 0, between: 0 }
  for (const trimming of trimmings) {
    for (const tFine of [-200_000, 0, 76_800, 128_422, 300_000, 435_200]) {
      for (let raw = 0; raw <= 65_535; raw += 257) {
        const percent = compensateHumidity(raw, tFine, trimming)
        const expected = humidityInteger(raw, tFine, trimming) / 1_024
        if (!(Math.abs(percent - expected) < 0.1))
          t.fail(`raw ${raw}, t_fine ${tFine}: ${percent}, expected ${expected}`)
        if (percent === 0) seen.low++
        else if (percent === 100) seen.high++
        else seen.between++
      }
    }
  }
  t.ok(seen.low > 50 && seen.high > 50 && seen.between > 500, JSON.stringify(seen))
})

void t.test('humidity ends at 0 and 100 %', async (t) => {
  t.equal(compensateHumidity(0, 128_422, vector), 0)
  t.equal(compensateHumidity(65_535, 128_422, vector), 100)
})

void t.test('trimming bytes become the signed and unsigned values of the table', async (t) => {
  const low = new Uint8Array(26)
  const view = new DataView(low.buffer)
  const words = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000]
  for (const [index, word] of words.entries()) view.setUint16(index * 2, word & 0xffff, true)
  low[24] = 0xee
  low[25] = 75
  // H2 = 364, H3 = 0, H4 = 319 (0x13F), H5 = 50 (0x032), H6 = 30.
  t.strictSame(parseTrimming(low, Uint8Array.of(0x6c, 0x01, 0x00, 0x13, 0x2f, 0x03, 0x1e)), vector)
  // H2 = -2, H4 = -1 (0xFFF), H5 = -2048 (0x800), H6 = -128.
  const negative = parseTrimming(low, Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 0x80, 0x80))
  t.match(negative, { H2: -2, H3: 255, H4: -1, H5: -2048, H6: -128 })
  t.throws(() => parseTrimming(low.subarray(1), new Uint8Array(7)), RangeError)
})

void t.test('data bytes become 20 and 16 bits, also from a view into a larger buffer', async (t) => {
  const larger = Uint8Array.of(9, 9, 0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x80, 0x01, 9)
  t.strictSame(parseRaw(larger.subarray(2, 10)), { pressure: 415_148, temperature: 519_888, humidity: 0x8001 })
})

void t.test('trimming values that would divide by zero give no pressure', async (t) => {
  t.equal(compensatePressure(415_148, 128_422, { ...vector, P1: 0 }), undefined)
})
