import type { DeviceConfig } from '../config/config.ts'

/** A configured device that is reached over a bus. */
export interface BusDevice {
  readonly name: string
  readonly kind: string
  readonly at:
    | { readonly type: 'i2c'; readonly bus: number; readonly address: number }
    /** Bus and chip select, for example `0.0`. */
    | { readonly type: 'spi'; readonly device: string }
}

export function busDevicesOf(configs: Readonly<Record<string, DeviceConfig>>): readonly BusDevice[] {
  return Object.entries(configs).flatMap(([name, config]): readonly BusDevice[] => {
    const { kind } = config
    if ('spi' in config && typeof config.spi === 'string')
      return [{ name, kind, at: { type: 'spi', device: config.spi } }]
    if (!('bus' in config && 'address' in config)) return []
    const { bus, address } = config
    if (typeof bus !== 'number' || typeof address !== 'number') return []
    return [{ name, kind, at: { type: 'i2c', bus, address } }]
  })
}

/**
 * Chips of which one written byte names a register and does nothing else, and where reading changes nothing, by their
 * data sheets: so a read that begins with that byte is a read. Of others the same bytes are a command.
 */
const registerChips: ReadonlySet<string> = new Set([
  // BME280 6.2, BMP280 5.2: the register address, then a repeated start.
  'bme280',
  'bmp280',
  // ADS1115 8.5.3, INA219 8.5.6, TMP102 7.5.3, LM75B 7.5: the pointer register.
  'ads1115',
  'ina219',
  'tmp102',
  'lm75',
])

/** Whether a transfer to this device only reads it, and leaves what the device itself does there undisturbed. */
export function isRegisterRead(
  kind: string,
  transfer: { readonly writeBytes: number; readonly readBytes: number },
): boolean {
  return registerChips.has(kind) && transfer.writeBytes <= 1 && transfer.readBytes > 0
}
