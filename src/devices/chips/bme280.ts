import { sleep } from '../../clock.ts'
import type { Clock } from '../../clock.ts'
import { PincerError } from '../../errors.ts'
import type { I2cPort } from '../../hardware/ports.ts'
import { limits } from '../../limits.ts'
import { describeI2cFault } from '../bus-fault.ts'
import {
  compensateHumidity,
  compensatePressure,
  compensateTemperature,
  parseRaw,
  parseTrimming,
  skippedRaw,
} from './bme280-compensation.ts'
import type { Bme280Raw, Bme280Trimming } from './bme280-compensation.ts'

export interface Climate {
  readonly temperatureC: number
  readonly humidityPercent: number
  readonly pressureHpa: number
}

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
const range = { temperatureC: [-40, 85], pressureHpa: [300, 1_100] } as const

/** Chips that answer at the same addresses, by the value of the register 0xD0. */
const otherChips: Readonly<Record<number, string>> = {
  0x56: 'a BMP280, which measures no humidity',
  0x57: 'a BMP280, which measures no humidity',
  0x58: 'a BMP280, which measures no humidity',
  0x50: 'a BMP388',
  0x55: 'a BMP180',
  0x61: 'a BME680',
}

/** One BME280 in forced mode: it sleeps between measurements and does not warm itself. */
export class Bme280 {
  readonly #i2c: I2cPort
  readonly #clock: Clock
  readonly #bus: number
  readonly #address: number
  #trimming: Bme280Trimming | undefined

  constructor(options: {
    readonly i2c: I2cPort
    readonly clock: Clock
    readonly bus: number
    /** 0x76, or 0x77 with the pin SDO high (section 6.2). */
    readonly address: number
  }) {
    this.#i2c = options.i2c
    this.#clock = options.clock
    this.#bus = options.bus
    this.#address = options.address
  }

  get source(): string {
    return `bme280 on I2C bus ${this.#bus} at ${hex(this.#address)}`
  }

  /** Measures now; takes about 10 ms. Fails with PincerError `hardware` and the likely cause. Calls must not overlap. */
  async measure(): Promise<Climate> {
    try {
      const trimming = (this.#trimming ??= await this.#open())
      // The order matters: ctrl_hum takes effect with the write to ctrl_meas (section 5.4.3).
      await this.#write(register.config, 0)
      await this.#write(register.ctrlHum, humidityOnce)
      await this.#write(register.ctrlMeas, measureOnce)
      await this.#wait(measuringMs)
      await this.#pollUntilClear(statusMeasuring, 'is still measuring after 30 ms: it has probably lost power.')
      // One burst, so that all three are of the same measurement (section 4).
      return climateOf(this.#place(), parseRaw(await this.#read(register.data, 8)), trimming)
    } catch (error) {
      // Another chip may be plugged in next.
      this.#trimming = undefined
      throw describeI2cFault(error, 0x76 + 0x77 - this.#address)
    }
  }

  async #open(): Promise<Bme280Trimming> {
    const [id = 0] = await this.#read(register.id, 1)
    if (id !== 0x60) throw wrongChip(this.#place(), id)
    await this.#pollUntilClear(statusCopying, 'does not finish starting: check its 3.3 V supply.')
    const trimming = parseTrimming(
      await this.#read(register.trimmingLow, 26),
      await this.#read(register.trimmingHigh, 7),
    )
    if (trimming.T1 === 0 || trimming.T1 === 0xffff || trimming.P1 === 0) {
      throw new PincerError(
        'hardware',
        `The ${this.#place()} answers without trimming values: check its wiring and supply.`,
      )
    }
    return trimming
  }

  async #pollUntilClear(bit: number, fault: string): Promise<void> {
    for (let poll = 0; poll < pollsMax; poll++) {
      const [status = 0] = await this.#read(register.status, 1)
      if ((status & bit) === 0) return
      await this.#wait(pollMs)
    }
    throw new PincerError('hardware', `The ${this.#place()} ${fault}`)
  }

  /** Bounded by its own length: nobody needs to stop it. */
  #wait(delayMs: number): Promise<void> {
    return sleep(this.#clock, delayMs, new AbortController().signal)
  }

  async #read(from: number, readBytes: number): Promise<Uint8Array> {
    const bytes = await this.#transfer({ write: Uint8Array.of(from), readBytes })
    if (bytes.length !== readBytes) throw new PincerError('hardware', `The ${this.#place()} answered too few bytes.`)
    return bytes
  }

  async #write(to: number, value: number): Promise<void> {
    await this.#transfer({ write: Uint8Array.of(to, value) })
  }

  #transfer(what: { readonly write: Uint8Array; readonly readBytes?: number }): Promise<Uint8Array> {
    return this.#i2c.transfer({ ...what, bus: this.#bus, address: this.#address, timeoutMs: limits.i2cTimeoutMs })
  }

  #place(): string {
    return `BME280 at ${hex(this.#address)} on I2C bus ${this.#bus}`
  }
}

function climateOf(place: string, raw: Bme280Raw, trimming: Bme280Trimming): Climate {
  for (const quantity of ['temperature', 'pressure', 'humidity'] as const) {
    if (raw[quantity] === skippedRaw[quantity]) {
      throw new PincerError(
        'hardware',
        `The ${place} did not measure the ${quantity}: it was probably reset in between. Try again.`,
      )
    }
  }
  const { tFine, temperatureC } = compensateTemperature(raw.temperature, trimming)
  const pressureHpa = (compensatePressure(raw.pressure, tFine, trimming) ?? Number.NaN) / 100
  const humidityPercent = compensateHumidity(raw.humidity, tFine, trimming)
  check(place, 'temperature', temperatureC, range.temperatureC, '°C')
  check(place, 'pressure', pressureHpa, range.pressureHpa, 'hPa')
  return { temperatureC, humidityPercent, pressureHpa }
}

function check(
  place: string,
  quantity: string,
  value: number,
  [least, most]: readonly [number, number],
  unit: string,
): void {
  if (value >= least && value <= most) return
  const found = Number.isFinite(value) ? `${value.toFixed(1)} ${unit}` : 'nothing'
  const sentence = `The ${place} measured a ${quantity} of ${found}, outside of what it can (${least} to ${most} ${unit}): check its wiring and supply.`
  throw new PincerError('hardware', sentence)
}

function wrongChip(place: string, id: number): PincerError {
  const other = otherChips[id]
  const why =
    other !== undefined
      ? `it is ${other}`
      : id === 0x00 || id === 0xff
        ? 'the bus gives no data: check SDA, SCL and the pull-up resistors'
        : 'another chip is there, or the wiring is bad'
  return new PincerError('hardware', `No ${place}: its id register reads ${hex(id)} instead of 0x60; ${why}.`)
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}
