import { chipAddresses } from '../../config/chip-addresses.ts'
import type { I2cChipKind } from '../../config/chip-addresses.ts'
import { PincerError } from '../../errors.ts'
import { describeI2cFault } from '../bus-fault.ts'
import { formatMetric } from '../units.ts'
import type { Quantity } from '../units.ts'

/** Where a chip sits, and what can be said of it when it fails. */
export interface ChipPlace {
  readonly kind: I2cChipKind
  readonly bus: number
  readonly address: number
}

/** As people know the chips. */
const names: Readonly<Record<I2cChipKind, string>> = {
  bme280: 'BME280',
  bmp280: 'BMP280',
  sht4x: 'SHT4x',
  aht20: 'AHT20',
  bh1750: 'BH1750',
  tmp102: 'TMP102',
  lm75: 'LM75',
  ads1115: 'ADS1115',
  ina219: 'INA219',
}

/** How the kernel's own driver of a chip is read, where that driver holds its address. */
const kernelForms: Readonly<Record<I2cChipKind, string>> = {
  bme280: 'kind: iio, name: bme280, value: temp',
  bmp280: 'kind: iio, name: bmp280, value: temp',
  sht4x: 'kind: hwmon, name: sht4x, value: temp1',
  aht20: 'kind: hwmon, name: aht20, value: temp1',
  bh1750: 'kind: iio, name: bh1750, value: illuminance',
  tmp102: 'kind: hwmon, name: tmp102, value: temp1',
  lm75: 'kind: hwmon, name: lm75, value: temp1',
  // Its driver names all of the family like its first chip.
  ads1115: 'kind: iio, name: ads1015, value: voltage0',
  ina219: 'kind: hwmon, name: ina219, value: curr1',
}

/** Reads on in a line of readings: `bme280 on I2C bus 1 at 0x76`. */
export function sourceOf({ kind, bus, address }: ChipPlace): string {
  return `${kind} on I2C bus ${bus} at ${hex(address)}`
}

/** Reads on in a sentence: `BME280 at 0x76 on I2C bus 1`. */
export function nameOf({ kind, bus, address }: ChipPlace): string {
  return `${names[kind]} at ${hex(address)} on I2C bus ${bus}`
}

/** The same failure with the likely cause and what to do; what is not a HardwareError is answered unchanged. */
export function describeChipFault(error: unknown, { kind, address }: ChipPlace): unknown {
  const otherAddresses = chipAddresses[kind].filter((each) => each !== address)
  return describeI2cFault(error, { otherAddresses, kernelForm: kernelForms[kind] })
}

/** A step beyond the end of its range is still the end: a share of the range. */
const slack = 0.001

/** Fails with PincerError `hardware` for what the chip cannot have measured; nothing (NaN) is outside too. */
export function checkRange(
  place: ChipPlace,
  quantity: Quantity,
  value: number,
  [least, most]: readonly [number, number],
): void {
  const more = (most - least) * slack
  if (value >= least - more && value <= most + more) return
  const found = Number.isFinite(value) ? formatMetric(quantity, value) : 'nothing'
  const range = `${formatMetric(quantity, least)} to ${formatMetric(quantity, most)}`
  const sentence = `The ${nameOf(place)} measured a ${quantity} of ${found}, outside of what it can (${range}): check its wiring and supply.`
  throw new PincerError('hardware', sentence)
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}
