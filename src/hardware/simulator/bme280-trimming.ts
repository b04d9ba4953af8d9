import type { Climate } from './world.ts'

/**
 * The factory trimming of the simulated BME280 and the way from physical values back to ADC words. Formulas: Bosch
 * BST-BME280-DS002, appendix 8.1 (floating point); the temperature and pressure trimming is that of the worked example
 * in BST-BMP280-DS001 section 3.12, the humidity trimming that of a common part.
 */
const t1 = 27_504
const t2 = 26_435
const t3 = -1_000
const p = [36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000] as const
const h1 = 75
const h2 = 370
const h3 = 0
const h4 = 313
const h5 = 50
const h6 = 30

/** Registers 0x88 to 0xA1: T1 to T3 and P1 to P9, low byte first, an unused byte, H1. */
export function trimmingAt0x88(): Uint8Array {
  const bytes = new Uint8Array(26)
  const view = new DataView(bytes.buffer)
  for (const [index, word] of [t1, t2, t3, ...p].entries()) view.setUint16(index * 2, word & 0xffff, true)
  bytes[25] = h1
  return bytes
}

/** Registers 0xE1 to 0xE7: H2 to H6; H4 and H5 are 12 bits each and share the byte 0xE5. */
export function trimmingAt0xE1(): Uint8Array {
  return Uint8Array.of(h2 & 0xff, h2 >> 8, h3, h4 >> 4, (h4 & 0xf) | ((h5 & 0xf) << 4), h5 >> 4, h6)
}

export interface AdcWords {
  /** 20 bits. */
  readonly temperature: number
  /** 20 bits. */
  readonly pressure: number
  /** 16 bits. */
  readonly humidity: number
}

/** The words from which the datasheet's compensation makes `climate`, to the resolution of the converter. */
export function adcWordsOf(climate: Pick<Climate, 'temperatureC' | 'pressurePa' | 'humidityPercent'>): AdcWords {
  const temperature = solve(20, (adc) => fineTemperature(adc) / 5_120 >= climate.temperatureC)
  const fine = fineTemperature(temperature)
  return {
    temperature,
    pressure: solve(20, (adc) => pressurePa(adc, fine) <= climate.pressurePa),
    humidity: solve(16, (adc) => humidityPercent(adc, fine) >= climate.humidityPercent),
  }
}

function fineTemperature(adc: number): number {
  const linear = (adc / 16_384 - t1 / 1_024) * t2
  return linear + (adc / 131_072 - t1 / 8_192) ** 2 * t3
}

function pressurePa(adc: number, fine: number): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p
  const base = fine / 2 - 64_000
  const offset = ((base * base * p6) / 32_768 + base * p5 * 2) / 4 + p4 * 65_536
  const scale = (1 + ((p3 * base * base) / 524_288 + p2 * base) / 524_288 / 32_768) * p1
  const raw = ((1_048_576 - adc - offset / 4_096) * 6_250) / scale
  return raw + ((p9 * raw * raw) / 2_147_483_648 + (raw * p8) / 32_768 + p7) / 16
}

function humidityPercent(adc: number, fine: number): number {
  const base = fine - 76_800
  const linear =
    (adc - (h4 * 64 + (h5 / 16_384) * base)) *
    ((h2 / 65_536) * (1 + (h6 / 67_108_864) * base * (1 + (h3 / 67_108_864) * base)))
  return linear * (1 - (h1 * linear) / 524_288)
}

/** The smallest word of so many bits for which `reached` holds; it must hold from there on. */
function solve(bits: number, reached: (adc: number) => boolean): number {
  let low = 0
  let high = 2 ** bits - 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (reached(middle)) high = middle
    else low = middle + 1
  }
  return low
}
