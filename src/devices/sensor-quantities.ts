import type { SensorConfig } from '../config/config.ts'
import type { Quantity } from './units.ts'

/** What a sensor can be read for, as far as its configuration tells. */
export function quantitiesOf(config: SensorConfig): readonly (Quantity | 'state')[] {
  switch (config.kind) {
    case 'button':
      return ['state', 'presses']
    case 'counter':
      return ['count', 'rate']
    case 'bme280':
      return ['temperature', 'humidity', 'pressure']
    case 'bmp280':
      return ['temperature', 'pressure']
    case 'sht4x':
    case 'aht20':
      return ['temperature', 'humidity']
    case 'bh1750':
      return ['illuminance']
    case 'tmp102':
    case 'lm75':
    case 'ds18b20':
    case 'thermal':
      return ['temperature']
    case 'ads1115':
    case 'mcp3008':
      return ['voltage']
    case 'ina219':
      return ['voltage', 'current', 'power']
    case 'hwmon':
    case 'iio':
      return [kernelQuantity(config.value)]
  }
}

/** By how the names of its files begin: `temp1`, `humidityrelative`, `in0`. */
const kernelQuantities: readonly (readonly [string, Quantity])[] = [
  ['temp', 'temperature'],
  ['humidity', 'humidity'],
  ['pressure', 'pressure'],
  ['illuminance', 'illuminance'],
  ['concentration_co2', 'co2'],
  ['curr', 'current'],
  ['power', 'power'],
  ['fan', 'speed'],
  ['voltage', 'voltage'],
  ['in', 'voltage'],
]

function kernelQuantity(value: string): Quantity {
  const found = kernelQuantities.find(([start]) => value.startsWith(start))
  if (found === undefined) throw new Error(`nobody knows what ${value} measures`)
  return found[1]
}
