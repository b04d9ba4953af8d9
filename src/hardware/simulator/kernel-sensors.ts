import { kernelSensorName } from '../kernel-sensor-name.ts'
import type { KernelSensor, KernelSensorPort } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import type { Faults } from './faults.ts'

export interface SimulatedKernelSensor {
  readonly sensor: KernelSensor
  /** The sensor's name for Faults; none: it is part of the processor. */
  readonly plug?: string
  /** In the unit of the kernel's ABI. */
  readonly read: () => number
}

/** Sensors that kernel drivers of the simulated board read; one that is unplugged is one that its driver cannot read. */
export function createSimulatedKernelSensors(
  sensors: readonly SimulatedKernelSensor[],
  faults: Faults,
): KernelSensorPort {
  return {
    async read(sensor) {
      const name = kernelSensorName(sensor)
      const found = sensors.find((each) => kernelSensorName(each.sensor) === name)
      if (found === undefined) throw missing(sensor, sensors)
      const { plug } = found
      if (plug !== undefined && (faults.unplugged(plug) || faults.takeFailure(plug)))
        throw hardwareFault('EIO', remedies['sensor-unread'](name, 'EIO'))
      return found.read()
    },
  }
}

function missing(sensor: KernelSensor, sensors: readonly SimulatedKernelSensor[]) {
  const alike = sensors.map((each) => each.sensor)
  switch (sensor.kind) {
    case 'ds18b20': {
      const others = alike.flatMap((each) => (each.kind === 'ds18b20' ? [each.id] : []))
      return hardwareFault('ENODEV', remedies['no-one-wire'](sensor.id, others))
    }
    case 'thermal': {
      const others = alike.flatMap((each) => (each.kind === 'thermal' ? [each.zone] : []))
      return hardwareFault('ENODEV', remedies['no-zone'](sensor.zone, others))
    }
    case 'hwmon':
    case 'iio': {
      const chips = alike.flatMap((each) => (each.kind === sensor.kind && 'name' in each ? [each] : []))
      const values = chips.filter((each) => each.name === sensor.name).map((each) => each.value)
      return hardwareFault(
        'ENODEV',
        values.length === 0
          ? remedies['no-driver'](
              sensor.kind,
              sensor.name,
              chips.map((each) => each.name),
            )
          : remedies['no-value'](`${sensor.kind} ${sensor.name}`, sensor.value, values),
      )
    }
  }
}
