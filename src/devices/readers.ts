import type { DeviceConfig, SensorConfig } from '../config/config.ts'
import { createContact } from './contact.ts'
import type { DevicesOptions } from './devices-options.ts'
import { createLazyReader } from './lazy-reader.ts'
import type { Outputs } from './outputs.ts'
import type { Reader } from './reader.ts'
import { quantitiesOf } from './sensor-quantities.ts'
import { createSwitchReader } from './switch-reader.ts'

/** One reader for each device. Sensors share what two of them need: a chip, a bus, a file. */
export function createReaders(options: DevicesOptions, outputs: Outputs): ReadonlyMap<string, Reader> {
  const { hardware, clock, loadSensors } = options
  const { gpio, simulated } = hardware
  const frameOf = (device: string, source: string) => ({ device, source, simulated, clock })
  let sensors: Promise<(device: string, config: SensorConfig) => Reader> | undefined
  const createSensor = async (device: string, config: SensorConfig): Promise<Reader> => {
    sensors ??= loadSensors().then((part) => part.createSensors(options))
    return (await sensors)(device, config)
  }
  const createReader = (device: string, config: DeviceConfig): Reader => {
    if ('safe' in config) {
      const output = outputs.get(device)
      if (output === undefined) throw new Error(`the output ${device} is missing`)
      return createSwitchReader(output, frameOf(device, `${config.kind} on ${config.line}`))
    }
    if (config.kind === 'contact')
      return createContact({ config, gpio, frame: frameOf(device, `contact on ${config.line}`) })
    return createLazyReader({
      quantities: quantitiesOf(config),
      // What counts edges must be there when they come.
      holds: config.kind === 'button' || config.kind === 'counter',
      load: () => createSensor(device, config),
    })
  }
  return new Map(Object.entries(options.configs).map(([name, config]) => [name, createReader(name, config)]))
}
