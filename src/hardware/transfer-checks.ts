import { HardwareError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { I2cTransfer, SpiTransfer } from './ports.ts'
import { hardwareFault, remedies } from './remedies.ts'

/** Usable 7-bit addresses: the others are reserved by the I2C specification (UM10204, table 4). */
export const i2cAddressMin = 0x08
export const i2cAddressMax = 0x77

/** What the kernel would not take; fails with EINVAL before anything is sent. */
export function checkI2cTransfer({ address, write, readBytes, timeoutMs }: I2cTransfer): void {
  const refuse = (fault: string): never => {
    throw new HardwareError('EINVAL', `The I2C transfer cannot be done: ${fault}.`)
  }
  if (!Number.isInteger(address) || address < i2cAddressMin || address > i2cAddressMax)
    refuse(`address ${address} is outside ${i2cAddressMin} (0x08) to ${i2cAddressMax} (0x77)`)
  if (write === undefined && readBytes === undefined) refuse('it neither writes nor reads')
  if (!(timeoutMs > 0)) refuse(`its time-out is ${timeoutMs} ms, expected more than 0`)
  for (const sizeBytes of [write?.length, readBytes]) {
    if (sizeBytes === undefined) continue
    if (!Number.isInteger(sizeBytes) || sizeBytes < 1 || sizeBytes > limits.i2cMessageBytesMax)
      refuse(`a message has ${sizeBytes} bytes, expected 1 to ${limits.i2cMessageBytesMax}`)
  }
}

/** The same for SPI; longer than `transferBytesMax` is EMSGSIZE. */
export function checkSpiTransfer({ device, write, speedHz, mode }: SpiTransfer, transferBytesMax: number): void {
  if (write.length > transferBytesMax)
    throw hardwareFault('EMSGSIZE', remedies.bufsiz(device, write.length, transferBytesMax))
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
