import type { Clock } from '../../clock.ts'
import type { Ads1115Config, I2cSensorConfig, Ina219Config } from '../../config/config.ts'
import type { I2cPort } from '../../hardware/ports.ts'
import type { Measured } from '../sensor.ts'
import { Bme280 } from './bme280.ts'
import { sourceOf } from './chip-place.ts'
import { aht20, sht4x } from './climate-profiles.ts'
import { ads1115, ina219 } from './electric-profiles.ts'
import { bh1750, lm75, tmp102 } from './plain-profiles.ts'
import type { ChipProfile } from './profile.ts'
import { ProfiledChip } from './profiled-chip.ts'

type Config = I2cSensorConfig | Ads1115Config | Ina219Config
type BoschKind = 'bme280' | 'bmp280'

/** A chip on I2C. `measure` fails with PincerError `hardware` and the likely cause; its calls must not overlap. */
export function createI2cChip(options: { readonly i2c: I2cPort; readonly clock: Clock; readonly config: Config }): {
  readonly source: string
  readonly measure: () => Promise<Measured>
} {
  const { i2c, clock, config } = options
  const { kind, bus, address } = config
  const source = sourceOf({ kind, bus, address })
  if (kind === 'bme280' || kind === 'bmp280') {
    const chip = new Bme280({ i2c, clock, place: { kind, bus, address } })
    return { source, measure: () => chip.measure() }
  }
  const profile = kind === 'ads1115' ? ads1115(config) : kind === 'ina219' ? ina219(config) : profiles[kind]
  const chip = new ProfiledChip({ i2c, clock, place: { kind, bus, address }, profile })
  const at = kind === 'ads1115' ? source.replace(' on ', ` channel ${config.channel} on `) : source
  return { source: at, measure: () => chip.measure() }
}

const profiles: Readonly<Record<Exclude<I2cSensorConfig['kind'], BoschKind>, ChipProfile>> = {
  sht4x,
  aht20,
  bh1750,
  tmp102,
  lm75,
}
