import type { KernelSensorConfig } from '../config/config.ts'
import { PincerError } from '../errors.ts'
import { kernelSensorName } from '../hardware/kernel-sensor-name.ts'
import type { KernelSensorPort } from '../hardware/ports.ts'
import type { Measured } from './sensor.ts'
import { quantitiesOf } from './sensor-quantities.ts'
import { formatMetric } from './units.ts'
import type { Quantity } from './units.ts'

/** Measures by a kernel driver. Fails with PincerError `hardware` and the likely cause. */
export function createKernelMeasure(port: KernelSensorPort, config: KernelSensorConfig): () => Promise<Measured> {
  const [quantity = 'state'] = quantitiesOf(config)
  if (quantity === 'state') throw new Error(`${config.kind} measures nothing`)
  const scale = scaleOf(config.kind, quantity)
  let last: number | undefined
  return async () => {
    const value = (await port.read(config)) * scale
    check(config, quantity, value, last)
    last = value
    return { [quantity]: value }
  }
}

/** From the unit of the kernel's ABI to ours. */
function scaleOf(kind: KernelSensorConfig['kind'], quantity: Quantity): number {
  switch (quantity) {
    case 'power':
      // hwmon has microwatts, IIO milliwatts.
      return kind === 'hwmon' ? 1e-6 : 1e-3
    case 'pressure':
      // Kilopascal.
      return 10
    case 'illuminance':
    case 'speed':
    case 'presses':
    case 'count':
    case 'rate':
      return 1
    case 'co2':
      // Percent.
      return 1e4
    case 'temperature':
    case 'humidity':
    case 'voltage':
    case 'current':
      return 1e-3
  }
}

const ranges: Readonly<Partial<Record<Quantity, readonly [number, number]>>> = {
  // Thermocouples and processors, not rooms alone.
  temperature: [-273, 2_000],
  humidity: [0, 100],
  pressure: [0, 20_000],
  illuminance: [0, 1e6],
  co2: [0, 1e6],
  speed: [0, 1e6],
}
/** Maxim DS18B20, "Operation: measuring temperature". */
const ds18b20Range = [-55, 125] as const
/** The same, "Memory": what its scratchpad holds after power was applied, before anything was measured. */
const ds18b20PowerOnC = 85

function check(config: KernelSensorConfig, quantity: Quantity, value: number, last: number | undefined): void {
  const place = kernelSensorName(config)
  const range = config.kind === 'ds18b20' ? ds18b20Range : ranges[quantity]
  if (range !== undefined && !(value >= range[0] && value <= range[1])) {
    const [least, most] = range.map((end) => formatMetric(quantity, end))
    const sentence = `The ${place} says ${formatMetric(quantity, value)}, outside of what can be (${least} to ${most}): check its wiring and supply.`
    throw new PincerError('hardware', sentence)
  }
  const fromPowerOn = config.kind === 'ds18b20' && value === ds18b20PowerOnC
  if (fromPowerOn && (last === undefined || Math.abs(last - value) > 5)) {
    const sentence = `The ${place} says 85.0 °C, its value after power was applied and before it measured: its supply breaks down. Check its 3.3 V, ground and the pull-up of 4.7 kΩ.`
    throw new PincerError('hardware', sentence)
  }
}
