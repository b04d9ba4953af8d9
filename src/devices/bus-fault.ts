import { isHardwareError } from '../errors.ts'
import { HardwareError } from '../errors.ts'

/** The same failure with the likely cause and what to do; what is not a HardwareError is answered unchanged. */
export function describeI2cFault(
  error: unknown,
  place: { readonly bus: number; readonly address: number; readonly otherAddress: number },
): unknown {
  if (!isHardwareError(error)) return error
  const { bus, otherAddress } = place
  const address = hex(place.address)
  const sentence = ((): string => {
    switch (error.kernel) {
      case 'EREMOTEIO':
      case 'ENXIO':
        return `Nothing answers at ${address} on I2C bus ${bus}: check SDA, SCL, 3.3 V and ground, or set the address ${hex(otherAddress)} (the pin SDO chooses).`
      case 'ENODEV':
        return `There is no I2C bus ${bus}: enable I2C (on a Raspberry Pi dtparam=i2c_arm=on in config.txt, then reboot), or set another bus.`
      case 'ETIMEDOUT':
        return `I2C bus ${bus} is stuck: SDA or SCL is held low. Check for a short and for pull-up resistors, then switch the sensor off and on.`
      case 'EBUSY':
        return `A kernel driver holds ${address} on I2C bus ${bus}: remove its overlay from config.txt and reboot.`
      case 'EPERM':
        return `I2C bus ${bus} may not be opened by this user: add the user to the group i2c.`
      case 'EINVAL':
      case 'EMSGSIZE':
      case 'EIO':
        return `The transfer with ${address} on I2C bus ${bus} failed: ${error.message}`
    }
  })()
  return new HardwareError(error.kernel, sentence, { cause: error })
}

/** The same for a chip on SPI. */
export function describeSpiFault(error: unknown, device: string): unknown {
  if (!isHardwareError(error)) return error
  const sentence = ((): string => {
    switch (error.kernel) {
      case 'ENODEV':
        return `There is no SPI device ${device}: enable SPI (on a Raspberry Pi dtparam=spi=on in config.txt, then reboot), or set another one.`
      case 'EPERM':
        return `SPI device ${device} may not be opened by this user: add the user to the group spi.`
      case 'EBUSY':
        return `SPI device ${device} is held by a kernel driver: remove its overlay from config.txt and reboot.`
      case 'EREMOTEIO':
      case 'ENXIO':
      case 'ETIMEDOUT':
      case 'EINVAL':
      case 'EMSGSIZE':
      case 'EIO':
        return `The transfer with SPI device ${device} failed: ${error.message}`
    }
  })()
  return new HardwareError(error.kernel, sentence, { cause: error })
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}
