/**
 * The arithmetic of the Bosch BME280, document BST-BME280-DS001: trimming values (section 4.2.2, table 16) and the
 * compensation formulas in double precision (section 8.1). Names are the data sheet's, so that it can be laid beside.
 */
export interface Bme280Trimming {
  readonly T1: number
  readonly T2: number
  readonly T3: number
  readonly P1: number
  readonly P2: number
  readonly P3: number
  readonly P4: number
  readonly P5: number
  readonly P6: number
  readonly P7: number
  readonly P8: number
  readonly P9: number
  readonly H1: number
  readonly H2: number
  readonly H3: number
  readonly H4: number
  readonly H5: number
  readonly H6: number
}

/** Raw conversion results: 20 bits for temperature and pressure, 16 for humidity. */
export interface Bme280Raw {
  readonly temperature: number
  readonly pressure: number
  readonly humidity: number
}

/** `low`: the 26 bytes from register 0x88; `high`: the 7 bytes from register 0xE1. */
export function parseTrimming(low: Uint8Array, high: Uint8Array): Bme280Trimming {
  const a = viewOf(low, 26)
  const b = viewOf(high, 7)
  const u16 = (register: number): number => a.getUint16(register - 0x88, true)
  const s16 = (register: number): number => a.getInt16(register - 0x88, true)
  return {
    T1: u16(0x88),
    T2: s16(0x8a),
    T3: s16(0x8c),
    P1: u16(0x8e),
    P2: s16(0x90),
    P3: s16(0x92),
    P4: s16(0x94),
    P5: s16(0x96),
    P6: s16(0x98),
    P7: s16(0x9a),
    P8: s16(0x9c),
    P9: s16(0x9e),
    H1: a.getUint8(0xa1 - 0x88),
    H2: b.getInt16(0, true),
    H3: b.getUint8(2),
    // H4 and H5 are signed 12-bit values that share the byte at 0xE5: its low half belongs to H4, its high half to H5.
    H4: b.getInt8(3) * 16 + (b.getUint8(4) & 0x0f),
    H5: b.getInt8(5) * 16 + (b.getUint8(4) >> 4),
    H6: b.getInt8(6),
  }
}

/** The 8 bytes from register 0xF7 (sections 5.4.7 to 5.4.9): pressure, temperature, humidity, high byte first. */
export function parseRaw(data: Uint8Array): Bme280Raw {
  const view = viewOf(data, 8)
  const bits20 = (at: number): number => (view.getUint16(at) << 4) | (view.getUint8(at + 2) >> 4)
  return { pressure: bits20(0), temperature: bits20(3), humidity: view.getUint16(6) }
}

/** What the registers hold when a measurement was skipped or never made (sections 5.4.7 to 5.4.9). */
export const skippedRaw: Bme280Raw = { temperature: 0x80000, pressure: 0x80000, humidity: 0x8000 }

/** `tFine` carries the temperature into the other two formulas. */
export function compensateTemperature(raw: number, t: Bme280Trimming): { tFine: number; temperatureC: number } {
  const var1 = (raw / 16_384 - t.T1 / 1_024) * t.T2
  const var2 = (raw / 131_072 - t.T1 / 8_192) ** 2 * t.T3
  return { tFine: Math.trunc(var1 + var2), temperatureC: (var1 + var2) / 5_120 }
}

/** In Pa; `undefined` when the trimming values would divide by zero. */
export function compensatePressure(raw: number, tFine: number, t: Bme280Trimming): number | undefined {
  let var1 = tFine / 2 - 64_000
  let var2 = (var1 * var1 * t.P6) / 32_768
  var2 += var1 * t.P5 * 2
  var2 = var2 / 4 + t.P4 * 65_536
  var1 = ((t.P3 * var1 * var1) / 524_288 + t.P2 * var1) / 524_288
  var1 = (1 + var1 / 32_768) * t.P1
  if (var1 === 0) return undefined
  let pressure = 1_048_576 - raw
  pressure = ((pressure - var2 / 4_096) * 6_250) / var1
  var1 = (t.P9 * pressure * pressure) / 2_147_483_648
  var2 = (pressure * t.P8) / 32_768
  return pressure + (var1 + var2 + t.P7) / 16
}

/** In % relative humidity; the formula itself ends at 0 and 100. */
export function compensateHumidity(raw: number, tFine: number, t: Bme280Trimming): number {
  const base = tFine - 76_800
  const scale = (t.H2 / 65_536) * (1 + (t.H6 / 67_108_864) * base * (1 + (t.H3 / 67_108_864) * base))
  const linear = (raw - (t.H4 * 64 + (t.H5 / 16_384) * base)) * scale
  return Math.min(100, Math.max(0, linear * (1 - (t.H1 * linear) / 524_288)))
}

function viewOf(bytes: Uint8Array, sizeBytes: number): DataView {
  if (bytes.length !== sizeBytes) throw new RangeError(`expected ${sizeBytes} register bytes, got ${bytes.length}`)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
