import type { Config } from '../config/config.ts'

/** What chips measure, in the units of their data sheets. */
export type Quantity =
  | 'temperature'
  | 'humidity'
  | 'pressure'
  | 'voltage'
  | 'current'
  | 'power'
  | 'illuminance'
  | 'co2'
  | 'speed'
  | 'presses'
  | 'count'
  | 'rate'

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
  current: { unit: 'A', decimals: 4, convert: same },
  power: { unit: 'W', decimals: 2, convert: same },
  illuminance: { unit: 'lx', decimals: 0, convert: same },
  co2: { unit: 'ppm', decimals: 0, convert: same },
  speed: { unit: 'rpm', decimals: 0, convert: same },
  presses: { unit: '', decimals: 0, convert: same },
  count: { unit: '', decimals: 0, convert: same },
  rate: { unit: '/min', decimals: 0, convert: same },
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

/** With its unit and the decimals of that: `21.0 °C`. */
export function formatValue(value: number, unit: string): string {
  const known = [...Object.values(metric), ...Object.values(imperial)].find((each) => each.unit === unit)
  const number = known === undefined ? String(value) : value.toFixed(known.decimals)
  return unit === '' ? number : `${number} ${unit}`
}

/** As a data sheet says it: `21.0 °C`. */
export function formatMetric(quantity: Quantity, value: number): string {
  const { value: shown, unit } = inUnits(quantity, value, 'metric')
  return formatValue(shown, unit)
}
