import type { KernelSensor } from './ports.ts'

/** A kernel sensor in the words of the configuration, for example `hwmon sht4x temp1`. */
export function kernelSensorName(sensor: KernelSensor): string {
  switch (sensor.kind) {
    case 'hwmon':
    case 'iio':
      return `${sensor.kind} ${sensor.name} ${sensor.value}${sensor.device === undefined ? '' : ` at ${sensor.device}`}`
    case 'ds18b20':
      return `ds18b20 ${sensor.id}`
    case 'thermal':
      return `thermal zone ${sensor.zone}`
  }
}
