import type { Clock } from '../clock.ts'
import type { Config, DeviceConfig } from '../config/config.ts'
import type { Hardware } from '../hardware/ports.ts'
import type { Log } from '../log.ts'
import type { OutputNotice } from './device.ts'
import type { createSensors } from './sensors.ts'

export interface DevicesOptions {
  readonly configs: Readonly<Record<string, DeviceConfig>>
  readonly hardware: Hardware
  readonly clock: Clock
  readonly log: Log
  /** Where `outputs.json` and `latch.json` stand. */
  readonly stateFolder: string
  readonly units: Config['units']
  /** Told what an output did by itself; must not throw or wait. */
  readonly tell: (notice: OutputNotice) => void
  /** The code of sensors.ts, loaded when a sensor is first needed. */
  readonly loadSensors: () => Promise<{ readonly createSensors: typeof createSensors }>
}
