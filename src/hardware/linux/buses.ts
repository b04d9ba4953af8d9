import type { Clock } from '../../clock.ts'
import type { Board } from '../board.ts'
import type { Addon } from '../native/addon.ts'
import type { I2cPort, SpiPort } from '../ports.ts'
import { loadI2cAdapters, type OpenI2cAdapter } from './i2c-adapter.ts'
import { LinuxI2c } from './i2c.ts'
import { loadSpiHandles, type OpenSpi } from './spi-handle.ts'
import { LinuxSpi } from './spi.ts'

export interface LinuxBusesOptions {
  readonly clock: Clock
  readonly board: Board
  /** Loads our own addon. */
  readonly addon: () => Addon
  /** The compiled halves of i2c-bus and spi-device; fails where they are not built. */
  readonly nativeFile: (name: 'i2c' | 'spi') => string
}

/** The buses of this machine. What a bus needs is loaded at its first transfer. */
export function createLinuxBuses(options: LinuxBusesOptions): { readonly i2c: I2cPort; readonly spi: SpiPort } {
  const { clock, board, addon, nativeFile } = options
  let adapters: OpenI2cAdapter | undefined
  let handles: OpenSpi | undefined
  return {
    i2c: new LinuxI2c({
      clock,
      root: '/',
      load: async () => (adapters ??= await loadI2cAdapters(addon(), nativeFile('i2c'))),
      setup: (bus) => board.i2c.find((each) => each.bus === bus)?.setup,
    }),
    spi: new LinuxSpi({
      clock,
      root: '/',
      load: async () => (handles ??= await loadSpiHandles(nativeFile('spi'))),
      setup: (device) => board.spi.find((each) => each.device === device)?.setup,
    }),
  }
}
