/**
 * By how much a reading must move to be another one, in metric units: less is noise of the sensor or the way of a draught.
 * What is not here counts each change: states, presses, counts.
 */
const deadBands: Readonly<Record<string, number>> = {
  temperature: 0.5,
  humidity: 3,
  pressure: 1,
  voltage: 0.02,
  current: 0.01,
  power: 0.5,
  illuminance: 50,
  co2: 50,
  speed: 50,
  rate: 1,
  level: 1,
}

export function deadBandOf(quantity: string): number {
  return deadBands[quantity] ?? 0
}
