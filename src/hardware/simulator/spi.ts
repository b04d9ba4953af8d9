import { limits } from '../../limits.ts'
import type { SpiPort, SpiTransfer } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { checkSpiTransfer } from '../transfer-checks.ts'
import type { Faults } from './faults.ts'

/** A chip behind one chip select. `exchange` sees the bytes of one transfer and answers as many. */
export interface SpiChip {
  exchange(transfer: SpiTransfer): Uint8Array
}

export interface SimulatedSpiOptions {
  readonly devices: readonly string[]
  /** The chip at each device; a device without one reads as ones, for MISO has a pull-up here. */
  readonly chips: ReadonlyMap<string, { readonly name: string; readonly chip: SpiChip }>
  readonly faults: Faults
}

/** SPI as spidev gives it. */
export function createSimulatedSpi({ devices, chips, faults }: SimulatedSpiOptions): SpiPort {
  return {
    devices: async () => devices,
    transferBytesMax: limits.spiTransferBytesMax,
    async transfer(transfer) {
      if (!devices.includes(transfer.device))
        throw hardwareFault('ENODEV', remedies['no-spi-device'](transfer.device, devices))
      checkSpiTransfer(transfer, limits.spiTransferBytesMax)
      const fitted = chips.get(transfer.device)
      if (fitted === undefined || faults.unplugged(fitted.name)) return new Uint8Array(transfer.write.length).fill(0xff)
      if (faults.takeFailure(fitted.name)) throw hardwareFault('EIO', remedies['spi-failed'](transfer.device))
      return fitted.chip.exchange(transfer)
    },
  }
}
