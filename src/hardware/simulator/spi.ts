import { HardwareError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { SpiPort, SpiTransfer } from '../ports.ts'
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
      check(devices, transfer)
      const fitted = chips.get(transfer.device)
      if (fitted === undefined || faults.unplugged(fitted.name)) return new Uint8Array(transfer.write.length).fill(0xff)
      if (faults.takeFailure(fitted.name))
        throw new HardwareError(
          'EIO',
          `The transfer on SPI device ${transfer.device} failed. Check its wiring, then try again.`,
        )
      return fitted.chip.exchange(transfer)
    },
  }
}

function check(devices: readonly string[], { device, write, speedHz, mode }: SpiTransfer): void {
  if (!devices.includes(device))
    throw new HardwareError('ENODEV', `There is no SPI device ${device} here. Use one of ${devices.join(', ')}.`)
  if (write.length > limits.spiTransferBytesMax)
    throw new HardwareError(
      'EMSGSIZE',
      `A transfer of ${write.length} bytes on SPI device ${device} is longer than the driver's ${limits.spiTransferBytesMax}. Raise the kernel parameter spidev.bufsiz or send less at once.`,
    )
  if (write.length === 0)
    throw new HardwareError('EINVAL', `A transfer on SPI device ${device} needs at least one byte.`)
  if (!Number.isInteger(speedHz) || speedHz < 1 || speedHz > limits.spiSpeedHzMax)
    throw new HardwareError(
      'EINVAL',
      `SPI device ${device} cannot run at ${speedHz} Hz. Use 1 to ${limits.spiSpeedHzMax} Hz.`,
    )
  if (![0, 1, 2, 3].includes(mode))
    throw new HardwareError('EINVAL', `SPI device ${device} has no mode ${String(mode)}. Use 0, 1, 2 or 3.`)
}
