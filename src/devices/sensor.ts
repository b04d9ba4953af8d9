import type { Config } from '../config/config.ts'
import type { Reading } from './device.ts'
import type { Reader, ReadingFrame } from './reader.ts'
import type { Measurement, SharedMeasurement } from './shared-measurement.ts'
import { formatValue, inUnits } from './units.ts'
import type { Quantity } from './units.ts'

/** What a chip measured, by quantity, in the metric units of units.ts. */
export type Measured = Readonly<Partial<Record<Quantity, number>>>

export interface Sample {
  readonly values: Measured
  /** Of values that jumped further than their medium can, twice: what they were before. */
  readonly jumpedFrom: Measured
}

/** A device that measures numbers; devices on the same chip share its measurements. */
export function createSensor(options: {
  readonly frame: ReadingFrame
  readonly quantities: readonly Quantity[]
  readonly measurement: SharedMeasurement<Sample>
  readonly units: Config['units']
}): Reader {
  const { frame, quantities, measurement, units } = options
  const readingsOf = ({ value: sample, timeMs, monotonicMs }: Measurement<Sample>): readonly Reading[] => {
    const { device, source, simulated, clock } = frame
    const ageMs = clock.monotonicMs() - monotonicMs
    return quantities.flatMap((quantity) => {
      const measured = sample.values[quantity]
      if (measured === undefined) return []
      const reading = { device, quantity, ...inUnits(quantity, measured, units), timeMs, ageMs, source, simulated }
      const before = sample.jumpedFrom[quantity]
      if (before === undefined) return [reading]
      const { value, unit } = inUnits(quantity, before, units)
      return [{ ...reading, note: `jumped from ${formatValue(value, unit)}, measured twice` }]
    })
  }
  return {
    quantities,
    read: async () => readingsOf(await measurement.get()),
    known: () => (measurement.last === undefined ? [] : readingsOf(measurement.last)),
  }
}
