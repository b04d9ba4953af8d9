import type { Config } from '../config/config.ts'

/** What chips measure, in the units of their data sheets. */
export type Quantity = 'temperature' | 'humidity' | 'pressure' | 'voltage'

interface Unit {
  readonly unit: string
  readonly decimals: number
  /** From the metric unit. */
  readonly convert: (value: number) => number
}

const same = (value: number): number => value

const metric: Readonly<Record<Quantity, Unit>> = {
  temperature: { unit: '°C', decimals: 1, convert: same },
  humidity: { unit: '%', decimals: 0, convert: same },
  pressure: { unit: 'hPa', decimals: 1, convert: same },
  voltage: { unit: 'V', decimals: 3, convert: same },
}

const imperial: Readonly<Record<Quantity, Unit>> = {
  ...metric,
  temperature: { unit: '°F', decimals: 1, convert: (celsius) => celsius * 1.8 + 32 },
  // 1 inch of mercury is 33.8639 hPa.
  pressure: { unit: 'inHg', decimals: 2, convert: (hectopascal) => hectopascal / 33.8639 },
}

/** The value in the person's units, rounded to what the chip is worth. */
export function inUnits(quantity: Quantity, value: number, units: Config['units']): { value: number; unit: string } {
  const { unit, decimals, convert } = (units === 'metric' ? metric : imperial)[quantity]
  // Adding 0 turns -0 into 0.
  return { value: Number(convert(value).toFixed(decimals)) + 0, unit }
}

/** With the decimals of its unit: 21 °C is `21.0`. */
export function formatNumber(value: number, unit: string): string {
  const known = [...Object.values(metric), ...Object.values(imperial)].find((each) => each.unit === unit)
  return known === undefined ? String(value) : value.toFixed(known.decimals)
}
