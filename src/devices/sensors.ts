import type { Clock } from '../clock.ts'
import type { Config, SensorConfig } from '../config/config.ts'
import { kernelSensorName } from '../hardware/kernel-sensor-name.ts'
import type { Hardware } from '../hardware/ports.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { carefully } from './careful-measure.ts'
import { createI2cChip } from './chips/i2c-chips.ts'
import { readMcp3008 } from './chips/mcp3008.ts'
import { CounterStore } from './counter-store.ts'
import { createKernelMeasure } from './kernel-sensor.ts'
import { createButton, createCounter } from './pulses.ts'
import type { Reader } from './reader.ts'
import { createSensor } from './sensor.ts'
import type { Measured, Sample } from './sensor.ts'
import { quantitiesOf } from './sensor-quantities.ts'
import { createSerial } from './serial.ts'
import type { Serial } from './serial.ts'
import { SharedMeasurement } from './shared-measurement.ts'

export interface SensorsOptions {
  readonly hardware: Hardware
  readonly clock: Clock
  readonly log: Log
  readonly stateFolder: string
  readonly units: Config['units']
}

/** Makes the readers of all sensors of a home; those on one chip measure one after the other. */
export function createSensors(options: SensorsOptions): (device: string, config: SensorConfig) => Reader {
  const { hardware, clock, units } = options
  const measurements = new Map<string, SharedMeasurement<Sample>>()
  const turns = new Map<string, Serial>()
  const store = new CounterStore(options)
  /** A channel of a converter is chosen before it is read: nobody else may choose in between. */
  const inTurn = (chip: string, measure: () => Promise<Measured>) => {
    const serial = turns.get(chip) ?? createSerial()
    turns.set(chip, serial)
    return () => serial(measure)
  }
  const sensorOf = (device: string, config: SensorConfig, source: string, measure: () => Promise<Measured>): Reader => {
    // By all of its settings: two devices with the same ones have the same measurement.
    const key = JSON.stringify(config)
    const careful = carefully({ clock, source, measure })
    const measurement = measurements.get(key) ?? new SharedMeasurement(clock, careful, limits.measurementReuseMs)
    measurements.set(key, measurement)
    const frame = { device, source, simulated: hardware.simulated, clock }
    const quantities = quantitiesOf(config).filter((quantity) => quantity !== 'state')
    return createSensor({ frame, quantities, measurement, units })
  }
  return (device, config) => {
    const frameOf = (source: string) => ({ device, source, simulated: hardware.simulated, clock })
    switch (config.kind) {
      case 'button':
        return createButton({ config, gpio: hardware.gpio, frame: frameOf(`button on ${config.line}`) })
      case 'counter':
        return createCounter({ config, gpio: hardware.gpio, frame: frameOf(`counter on ${config.line}`), store })
      case 'mcp3008': {
        const { spi, channel, vref } = config
        const measure = async () => ({ voltage: await readMcp3008(hardware.spi, { device: spi, channel, vref }) })
        return sensorOf(device, config, `mcp3008 channel ${channel} on SPI ${spi}`, measure)
      }
      case 'hwmon':
      case 'iio':
      case 'ds18b20':
      case 'thermal':
        return sensorOf(device, config, kernelSensorName(config), createKernelMeasure(hardware.kernelSensors, config))
      case 'bme280':
      case 'bmp280':
      case 'sht4x':
      case 'aht20':
      case 'bh1750':
      case 'tmp102':
      case 'lm75':
      case 'ads1115':
      case 'ina219': {
        const { source, measure } = createI2cChip({ i2c: hardware.i2c, clock, config })
        return sensorOf(device, config, source, inTurn(`${config.bus} ${config.address}`, measure))
      }
    }
  }
}
