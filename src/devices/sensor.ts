import type { Config } from '../config/config.ts'
import type { Reading } from './device.ts'
import type { Reader, ReadingFrame } from './reader.ts'
import type { Measurement, SharedMeasurement } from './shared-measurement.ts'
import { inUnits } from './units.ts'
import type { Quantity } from './units.ts'

/** What a chip measured, by quantity, in the units of its data sheet. */
export type Measured = Readonly<Partial<Record<Quantity, number>>>

/** A device that measures numbers; devices on the same chip share its measurements. */
export function createSensor(options: {
  readonly frame: ReadingFrame
  readonly quantities: readonly Quantity[]
  readonly measurement: SharedMeasurement<Measured>
  readonly units: Config['units']
}): Reader {
  const { frame, quantities, measurement, units } = options
  const readingsOf = ({ value, timeMs, monotonicMs }: Measurement<Measured>): readonly Reading[] => {
    const { device, source, simulated, clock } = frame
    const ageMs = clock.monotonicMs() - monotonicMs
    return quantities.flatMap((quantity) => {
      const measured = value[quantity]
      if (measured === undefined) return []
      return [{ device, quantity, ...inUnits(quantity, measured, units), timeMs, ageMs, source, simulated }]
    })
  }
  return {
    quantities,
    read: async () => readingsOf(await measurement.get()),
    known: () => (measurement.last === undefined ? [] : readingsOf(measurement.last)),
  }
}
