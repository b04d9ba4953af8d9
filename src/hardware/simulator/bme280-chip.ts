import type { Clock } from '../../clock.ts'
import { adcWordsOf, trimmingAt0x88, trimmingAt0xE1, type AdcWords } from './bme280-trimming.ts'
import type { I2cChip } from './i2c.ts'
import type { Noise } from './noise.ts'
import type { Climate } from './world.ts'

/** Registers and times of Bosch BST-BME280-DS002, sections 1, 3, 4 and 5. */
const register = {
  calibration0: 0x88,
  id: 0xd0,
  reset: 0xe0,
  calibration1: 0xe1,
  ctrlHum: 0xf2,
  status: 0xf3,
  ctrlMeas: 0xf4,
  config: 0xf5,
  data: 0xf7,
} as const
const chipId = 0x60
const resetWord = 0xb6
const startUpMs = 2
const oversampling = [0, 1, 2, 4, 8, 16, 16, 16] as const
const standbyMs = [0.5, 62.5, 125, 250, 500, 1_000, 10, 20] as const
const filterLength = [1, 2, 4, 8, 16, 16, 16, 16] as const
/** What the data registers hold for a quantity that was not measured. */
const unmeasured: AdcWords = { temperature: 0x80000, pressure: 0x80000, humidity: 0x8000 }

type Mode =
  | { readonly kind: 'sleep' }
  | { readonly kind: 'forced'; readonly startedMs: number }
  | { readonly kind: 'normal'; readonly startedMs: number; readonly cyclesDone: number }

/** A BME280 as seen from its I2C pins. `sample` answers what the sensor is exposed to now. */
export class Bme280Chip implements I2cChip {
  readonly #clock: Clock
  readonly #sample: () => Climate
  readonly #noise: Noise
  readonly #trimming0 = trimmingAt0x88()
  readonly #trimming1 = trimmingAt0xE1()
  #pointer = 0
  #ctrlHumWritten = 0
  #ctrlHum = 0
  #ctrlMeas = 0
  #config = 0
  #mode: Mode = { kind: 'sleep' }
  #words = unmeasured
  #readyMs: number

  constructor(options: { readonly clock: Clock; readonly sample: () => Climate; readonly noise: Noise }) {
    this.#clock = options.clock
    this.#sample = options.sample
    this.#noise = options.noise
    this.#readyMs = this.#clock.monotonicMs()
  }

  /** A register number, then values: the first for that register, each further one behind its own register number. */
  write(bytes: Uint8Array): void {
    this.#run()
    const first = bytes[0]
    if (first === undefined) return
    this.#pointer = first
    for (let index = 0; index + 1 < bytes.length; index += 2)
      this.#writeRegister(bytes[index] ?? 0, bytes[index + 1] ?? 0)
  }

  /** Reads on from the register last named; the number goes up by one with each byte. */
  read(count: number): Uint8Array {
    this.#run()
    const bytes = Uint8Array.from({ length: count }, (_, index) => this.#readRegister((this.#pointer + index) & 0xff))
    this.#pointer = (this.#pointer + count) & 0xff
    return bytes
  }

  #writeRegister(number: number, value: number): void {
    if (number === register.reset && value === resetWord) this.powerOn()
    // Humidity settings take effect with the next write to ctrl_meas only (section 5.4.3).
    if (number === register.ctrlHum) this.#ctrlHumWritten = value & 0x07
    if (number === register.config && this.#mode.kind !== 'normal') this.#config = value & 0xfd
    if (number !== register.ctrlMeas) return
    this.#ctrlMeas = value
    this.#ctrlHum = this.#ctrlHumWritten
    const startedMs = this.#clock.monotonicMs()
    const bits = value & 0x03
    if (bits === 0) this.#mode = { kind: 'sleep' }
    else if (bits === 3) this.#mode = { kind: 'normal', startedMs, cyclesDone: 0 }
    else this.#mode = { kind: 'forced', startedMs }
  }

  /** All settings and results as after power was applied. */
  powerOn(): void {
    this.#ctrlHumWritten = 0
    this.#ctrlHum = 0
    this.#ctrlMeas = 0
    this.#config = 0
    this.#mode = { kind: 'sleep' }
    this.#words = unmeasured
    this.#readyMs = this.#clock.monotonicMs() + startUpMs
  }

  #readRegister(number: number): number {
    if (number >= register.calibration0 && number < register.calibration0 + this.#trimming0.length)
      return this.#trimming0[number - register.calibration0] ?? 0
    if (number >= register.calibration1 && number < register.calibration1 + this.#trimming1.length)
      return this.#trimming1[number - register.calibration1] ?? 0
    if (number >= register.data && number < register.data + 8)
      return dataBytes(this.#words)[number - register.data] ?? 0
    switch (number) {
      case register.id:
        return chipId
      case register.ctrlHum:
        return this.#ctrlHumWritten
      case register.status:
        return (this.#measuring() ? 0x08 : 0) | (this.#clock.monotonicMs() < this.#readyMs ? 0x01 : 0)
      case register.ctrlMeas:
        return this.#ctrlMeas
      case register.config:
        return this.#config
      default:
        return 0
    }
  }

  /** Finishes the measurements that are due. */
  #run(): void {
    const mode = this.#mode
    if (mode.kind === 'sleep') return
    const elapsedMs = this.#clock.monotonicMs() - mode.startedMs
    if (mode.kind === 'forced') {
      if (elapsedMs < this.#measuringMs()) return
      this.#measure(1)
      this.#mode = { kind: 'sleep' }
      this.#ctrlMeas &= 0xfc
      return
    }
    const cyclesDue =
      elapsedMs < this.#measuringMs() ? 0 : Math.floor((elapsedMs - this.#measuringMs()) / this.#cycleMs()) + 1
    if (cyclesDue <= mode.cyclesDone) return
    this.#measure(cyclesDue - mode.cyclesDone)
    this.#mode = { ...mode, cyclesDone: cyclesDue }
  }

  #measuring(): boolean {
    const mode = this.#mode
    if (mode.kind === 'sleep') return false
    const elapsedMs = this.#clock.monotonicMs() - mode.startedMs
    return mode.kind === 'forced' || elapsedMs % this.#cycleMs() < this.#measuringMs()
  }

  #cycleMs(): number {
    return this.#measuringMs() + (standbyMs[this.#config >> 5] ?? 0)
  }

  /** Longest measuring time (section 9.1). */
  #measuringMs(): number {
    const { temperature, pressure, humidity } = this.#oversampling()
    return (
      1.25 +
      2.3 * temperature +
      (pressure > 0 ? 2.3 * pressure + 0.575 : 0) +
      (humidity > 0 ? 2.3 * humidity + 0.575 : 0)
    )
  }

  #oversampling(): AdcWords {
    return {
      temperature: oversampling[this.#ctrlMeas >> 5] ?? 0,
      pressure: oversampling[(this.#ctrlMeas >> 2) & 0x07] ?? 0,
      humidity: oversampling[this.#ctrlHum] ?? 0,
    }
  }

  /** `cycles` measurements of the same climate: they differ in what the filter makes of them. */
  #measure(cycles: number): void {
    const climate = this.#sample()
    const exact = adcWordsOf({
      temperatureC: climate.temperatureC + 0.01 * this.#noise.next(),
      pressurePa: climate.pressurePa + 2 * this.#noise.next(),
      humidityPercent: climate.humidityPercent + 0.05 * this.#noise.next(),
    })
    const { temperature, pressure, humidity } = this.#oversampling()
    this.#words = {
      temperature: this.#filtered(temperature, exact.temperature, this.#words.temperature, cycles),
      pressure: this.#filtered(pressure, exact.pressure, this.#words.pressure, cycles),
      humidity: humidity === 0 ? unmeasured.humidity : exact.humidity,
    }
  }

  #filtered(samples: number, exact: number, before: number, cycles: number): number {
    if (samples === 0) return unmeasured.temperature
    const length = filterLength[(this.#config >> 2) & 0x07] ?? 1
    // Without the filter a word has 16 bits and one more for each doubling of the oversampling (section 3.4).
    if (length === 1) return exact & ~(2 ** (4 - Math.log2(samples)) - 1)
    if (before === unmeasured.temperature) return exact
    return Math.round(exact + (before - exact) * ((length - 1) / length) ** cycles)
  }
}

/** Registers 0xF7 to 0xFE: pressure and temperature left-aligned in three bytes each, humidity in two. */
function dataBytes({ pressure, temperature, humidity }: AdcWords): readonly number[] {
  const three = (word: number): number[] => [word >> 12, (word >> 4) & 0xff, (word & 0xf) << 4]
  return [...three(pressure), ...three(temperature), humidity >> 8, humidity & 0xff]
}
