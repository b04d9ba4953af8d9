import type { VirtualI2cChip } from './chip.ts'
import { exampleTrimming, fineTemperature, humidity, pressure, rawFor, trimmingRegisters } from './bosch-trimming.ts'
import type { Trimming } from './bosch-trimming.ts'

const ids = { bme280: 0x60, bmp280: 0x58 } as const
/** Table 18 (memory map). */
const register = {
  id: 0xd0,
  reset: 0xe0,
  humidity: 0xf2,
  status: 0xf3,
  measure: 0xf4,
  config: 0xf5,
  data: 0xf7,
} as const
const resetWord = 0xb6
/** Table 18: the values of nothing measured. */
const unmeasured = [0x80, 0, 0, 0x80, 0, 0, 0x80, 0]
const startUpMs = 2
const samplesBy = [0, 1, 2, 4, 8, 16, 16, 16] as const

export interface Climate {
  temperatureC: number
  humidityPercent: number
  pressureHpa: number
}

/**
 * BME280 (Bosch BST-BME280-DS002, sections 3, 5, 6 and 9.1), or BMP280 (BST-BMP280-DS001), which lacks humidity. It
 * sleeps, and measures once for each write of forced mode. The raw values are found by its maker's own compensation.
 */
export class Bme280 implements VirtualI2cChip {
  readonly climate: Climate = { temperatureC: 20, humidityPercent: 50, pressureHpa: 1013.2 }
  /** So many times as long as the datasheet allows at most. */
  slowness = 1
  readonly misuses: string[] = []
  readonly #kind: keyof typeof ids
  readonly #trimming: Trimming
  readonly #fixed: ReadonlyMap<number, number>
  readonly #nowMs: () => number
  #pointer = 0
  #controls = { humidity: 0, measure: 0, config: 0 }
  /** What ctrl_hum held when ctrl_meas was written last: no other value counts (section 5.4.3). */
  #humidityInForce = 0
  #data: readonly number[] = unmeasured
  #wakesAtMs = 0
  #running: { readonly untilMs: number; readonly data: readonly number[] } | undefined

  constructor(
    kind: keyof typeof ids = 'bme280',
    nowMs: () => number = () => performance.now(),
    trimming = exampleTrimming,
  ) {
    this.#kind = kind
    this.#nowMs = nowMs
    this.#trimming = trimming
    this.#fixed = trimmingRegisters(trimming)
  }

  write(bytes: Uint8Array): boolean {
    const [pointer] = bytes
    if (pointer === undefined) return true
    this.#pointer = pointer
    // Section 6.2.1: pairs of a register and its value; a written register does not lead on to the next.
    if (bytes.length > 1 && bytes.length % 2 === 1) this.misuses.push('a register was written without its own address')
    for (let at = 0; at + 1 < bytes.length; at += 2) this.#set(bytes[at] ?? 0, bytes[at + 1] ?? 0)
    return true
  }

  read(count: number): Uint8Array {
    this.#finish()
    const end = this.#pointer + count
    if (this.#pointer < 0xff && end > register.data) this.#checkRead()
    return Uint8Array.from({ length: count }, () => this.#get(this.#pointer++ & 0xff))
  }

  #checkRead(): void {
    if (this.#running !== undefined) this.misuses.push('the values were read before they were measured')
    if (this.#kind === 'bme280' && (this.#controls.humidity & 7) !== this.#humidityInForce)
      this.misuses.push('ctrl_hum was written and no ctrl_meas after it')
  }

  #set(address: number, value: number): void {
    this.#finish()
    if (address === register.reset && value === resetWord) this.#reset()
    else if (address === register.humidity && this.#kind === 'bme280') this.#controls.humidity = value
    else if (address === register.measure) this.#measure(value)
    else if (address === register.config) {
      if ((value & 1) !== 0) this.misuses.push('three-wire SPI switched on')
      this.#controls.config = value
    } else this.misuses.push(`0x${value.toString(16)} written into register 0x${address.toString(16)}`)
  }

  #get(address: number): number {
    if (address === register.id) return ids[this.#kind]
    // Bit 3 is "measuring", bit 0 "im_update": the trimming values are being copied after power on (section 5.4.4).
    if (address === register.status)
      return (this.#running === undefined ? 0 : 8) | (this.#nowMs() < this.#wakesAtMs ? 1 : 0)
    if (address === register.humidity) return this.#kind === 'bme280' ? this.#controls.humidity : 0
    if (address === register.measure) return this.#controls.measure
    if (address === register.config) return this.#controls.config
    if (this.#kind === 'bmp280' && (address === 0xa1 || (address >= 0xe1 && address <= 0xe7) || address >= 0xfd))
      return 0
    return this.#data[address - register.data] ?? this.#fixed.get(address) ?? 0
  }

  #reset(): void {
    this.#controls = { humidity: 0, measure: 0, config: 0 }
    this.#humidityInForce = 0
    this.#data = unmeasured
    this.#running = undefined
    this.#wakesAtMs = this.#nowMs() + startUpMs
  }

  #measure(control: number): void {
    this.#controls.measure = control
    this.#humidityInForce = this.#controls.humidity & 7
    const mode = control & 3
    if (mode === 3) this.misuses.push('normal mode, which this virtual chip does not have')
    if (mode === 0 || mode === 3) return
    if (this.#running !== undefined) this.misuses.push('a measurement was begun while one ran')
    const samples = (osrs: number) => samplesBy[osrs & 7] ?? 0
    const [t, p] = [samples(control >> 5), samples(control >> 2)]
    const h = this.#kind === 'bme280' ? samples(this.#humidityInForce) : 0
    // Section 9.1, the longest time.
    const durationMs = 1.25 + 2.3 * t + (p > 0 ? 2.3 * p + 0.575 : 0) + (h > 0 ? 2.3 * h + 0.575 : 0)
    this.#running = { untilMs: this.#nowMs() + durationMs * this.slowness, data: this.#values(t, p, h) }
  }

  #finish(): void {
    if (this.#running === undefined || this.#nowMs() < this.#running.untilMs) return
    this.#data = this.#running.data
    this.#running = undefined
    // Back to sleep (section 3.3.3).
    this.#controls.measure &= ~3
  }

  /** Press, temp and hum as they stand from 0xf7 on; what is not measured holds the value of nothing (section 5.4.5). */
  #values(t: number, p: number, h: number): readonly number[] {
    const { temperatureC, humidityPercent, pressureHpa } = this.climate
    const fineOf = (raw: number) => fineTemperature(raw, this.#trimming)
    const rawTemperature = coarse(rawFor(temperatureC * 5120, 20, fineOf), t)
    // The master knows the air's temperature only as the chip says it.
    const fine = fineOf(rawTemperature)
    const rawPressure = coarse(
      rawFor(pressureHpa * 100, 20, (raw) => pressure(raw, fine, this.#trimming)),
      p,
    )
    const rawHumidity = rawFor(humidityPercent, 16, (raw) => humidity(raw, fine, this.#trimming))
    return [
      ...(p > 0 ? twentyBits(rawPressure) : unmeasured.slice(0, 3)),
      ...(t > 0 ? twentyBits(rawTemperature) : unmeasured.slice(3, 6)),
      ...(h > 0 ? [rawHumidity >> 8, rawHumidity & 0xff] : unmeasured.slice(6)),
    ]
  }
}

/** Sections 3.4.2 and 3.4.3: without the filter one sample has 16 bits, and each doubling one more. */
function coarse(raw: number, samples: number): number {
  if (samples === 0) return raw
  const unused = 2 ** (4 - Math.log2(samples))
  return Math.min(0xfffff, Math.round(raw / unused) * unused)
}

function twentyBits(raw: number): readonly number[] {
  return [raw >> 12, (raw >> 4) & 0xff, (raw & 0xf) << 4]
}
