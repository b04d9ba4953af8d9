import type { Clock } from '../../clock.ts'
import { PincerError } from '../../errors.ts'
import type { I2cPort } from '../../hardware/ports.ts'
import { limits } from '../../limits.ts'
import type { Measured } from '../sensor.ts'
import {
  compensateHumidity,
  compensatePressure,
  compensateTemperature,
  parseRaw,
  parseTrimming,
  skippedRaw,
} from './bme280-compensation.ts'
import type { Bme280Raw, Bme280Trimming } from './bme280-compensation.ts'
import { checkRange, describeChipFault, hex, nameOf } from './chip-place.ts'
import type { ChipPlace } from './chip-place.ts'
import { waitFor } from './chip-wait.ts'

/** Registers of BST-BME280-DS001, section 5.3, table 18. */
const register = {
  trimmingLow: 0x88,
  id: 0xd0,
  trimmingHigh: 0xe1,
  ctrlHum: 0xf2,
  status: 0xf3,
  ctrlMeas: 0xf4,
  config: 0xf5,
  data: 0xf7,
}
/** Section 5.4.4: a conversion is running; the trimming values are being copied after power was applied. */
const statusMeasuring = 0x08
const statusCopying = 0x01
/** Sections 5.4.3 and 5.4.5: one sample each of humidity, temperature and pressure, then sleep (forced mode). */
const humidityOnce = 0x01
const measureOnce = 0x25
/** Section 9.1 (appendix B): 1.25 + 2.3 + (2.3 + 0.575) + (2.3 + 0.575) = 9.3 ms at the longest. */
const measuringMs = 10
const pollMs = 2
const pollsMax = 10

/** Section 1.1, tables 1 to 3: outside of these the chip does not measure. */
const range = { temperature: [-40, 85], pressure: [300, 1_100] } as const

/** By the value of the register 0xD0. A BMP280 (BST-BMP280-DS001, section 4.3.1) is a BME280 without humidity. */
const kinds: Readonly<Record<number, 'bme280' | 'bmp280'>> = {
  0x56: 'bmp280',
  0x57: 'bmp280',
  0x58: 'bmp280',
  0x60: 'bme280',
}
/** Chips that answer at the same addresses. */
const otherChips: Readonly<Record<number, string>> = {
  0x50: 'a BMP388',
  0x55: 'a BMP180',
  0x61: 'a BME680',
}

/**
 * One BME280 or BMP280 in forced mode: it sleeps between measurements and does not warm itself. Nothing is remembered of
 * it: the one that is there an hour later may be another, whose trimming values are its own.
 */
export class Bme280 {
  readonly #i2c: I2cPort
  readonly #clock: Clock
  readonly #place: ChipPlace & { readonly kind: 'bme280' | 'bmp280' }

  constructor(options: {
    readonly i2c: I2cPort
    readonly clock: Clock
    readonly place: ChipPlace & { readonly kind: 'bme280' | 'bmp280' }
  }) {
    this.#i2c = options.i2c
    this.#clock = options.clock
    this.#place = options.place
  }

  /** Measures now; takes about 15 ms. Fails with PincerError `hardware` and the likely cause. Calls must not overlap. */
  async measure(): Promise<Measured> {
    try {
      const trimming = await this.#open()
      // The order matters: ctrl_hum takes effect with the write to ctrl_meas (section 5.4.3).
      await this.#write(register.config, 0)
      if (this.#hasHumidity) await this.#write(register.ctrlHum, humidityOnce)
      await this.#write(register.ctrlMeas, measureOnce)
      await waitFor(this.#clock, measuringMs)
      await this.#pollUntilClear(statusMeasuring, 'is still measuring after 30 ms: it has probably lost power.')
      // One burst, so that all three are of the same measurement (section 4).
      const data = await this.#read(register.data, this.#hasHumidity ? 8 : 6)
      return this.#evaluate(parseRaw(Uint8Array.of(...data, ...unused(8 - data.length))), trimming)
    } catch (error) {
      throw describeChipFault(error, this.#place)
    }
  }

  get #hasHumidity(): boolean {
    return this.#place.kind === 'bme280'
  }

  async #open(): Promise<Bme280Trimming> {
    const [id = 0] = await this.#read(register.id, 1)
    if (kinds[id] !== this.#place.kind) throw wrongChip(this.#place, id)
    await this.#pollUntilClear(statusCopying, 'does not finish starting: check its 3.3 V supply.')
    const trimming = parseTrimming(
      await this.#read(register.trimmingLow, 26),
      this.#hasHumidity ? await this.#read(register.trimmingHigh, 7) : unused(7),
    )
    if (trimming.T1 === 0 || trimming.T1 === 0xffff || trimming.P1 === 0) {
      throw this.#failure('answers without trimming values: check its wiring and supply.')
    }
    return trimming
  }

  async #pollUntilClear(bit: number, fault: string): Promise<void> {
    for (let poll = 0; poll < pollsMax; poll++) {
      const [status = 0] = await this.#read(register.status, 1)
      if ((status & bit) === 0) return
      await waitFor(this.#clock, pollMs)
    }
    throw this.#failure(fault)
  }

  async #read(from: number, readBytes: number): Promise<Uint8Array> {
    const bytes = await this.#transfer({ write: Uint8Array.of(from), readBytes })
    if (bytes.length !== readBytes) throw this.#failure('answered too few bytes.')
    return bytes
  }

  async #write(to: number, value: number): Promise<void> {
    await this.#transfer({ write: Uint8Array.of(to, value) })
  }

  #transfer(what: { readonly write: Uint8Array; readonly readBytes?: number }): Promise<Uint8Array> {
    const { bus, address } = this.#place
    return this.#i2c.transfer({ ...what, bus, address, timeoutMs: limits.i2cTimeoutMs })
  }

  #evaluate(raw: Bme280Raw, trimming: Bme280Trimming): Measured {
    for (const quantity of ['temperature', 'pressure', 'humidity'] as const) {
      if (quantity === 'humidity' && !this.#hasHumidity) continue
      if (raw[quantity] === skippedRaw[quantity])
        throw this.#failure(`did not measure the ${quantity}: it was probably reset in between. Try again.`)
    }
    const { tFine, temperatureC: temperature } = compensateTemperature(raw.temperature, trimming)
    const pressure = (compensatePressure(raw.pressure, tFine, trimming) ?? Number.NaN) / 100
    checkRange(this.#place, 'temperature', temperature, range.temperature)
    checkRange(this.#place, 'pressure', pressure, range.pressure)
    if (!this.#hasHumidity) return { temperature, pressure }
    return { temperature, humidity: compensateHumidity(raw.humidity, tFine, trimming), pressure }
  }

  #failure(sentence: string): PincerError {
    return new PincerError('hardware', `The ${nameOf(this.#place)} ${sentence}`)
  }
}

/** Humidity registers that a BMP280 has not. */
function unused(count: number): Uint8Array {
  return new Uint8Array(count)
}

function wrongChip(place: ChipPlace, id: number): PincerError {
  const kind = kinds[id]
  const other = otherChips[id]
  const why =
    kind !== undefined
      ? `it is a ${kind.toUpperCase()}, which measures ${kind === 'bmp280' ? 'no humidity' : 'humidity too'}. Set kind: ${kind}`
      : other !== undefined
        ? `it is ${other}`
        : id === 0x00 || id === 0xff
          ? 'the bus gives no data: check SDA, SCL and the pull-up resistors'
          : 'another chip is there, or the wiring is bad'
  const expected = place.kind === 'bme280' ? '0x60' : '0x58'
  return new PincerError(
    'hardware',
    `No ${nameOf(place)}: its id register reads ${hex(id)} instead of ${expected}; ${why}.`,
  )
}
