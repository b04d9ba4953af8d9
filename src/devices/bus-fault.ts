import { HardwareError, isHardwareError } from '../errors.ts'

/**
 * The failure of a chip on I2C. The port has said what is wrong and what mends it; where nothing answers, the chip's
 * other addresses are one more thing to try, and where a kernel driver holds it, `kernelForm` is how to read that one,
 * for example `kind: iio, name: bme280, value: temp`.
 */
export function describeI2cFault(
  error: unknown,
  chip: { readonly otherAddresses: readonly number[]; readonly kernelForm: string },
): unknown {
  if (!isHardwareError(error)) return error
  const more = moreOf(error, chip)
  return more === undefined ? error : new HardwareError(error.kernel, `${error.message} ${more}`, { cause: error })
}

/** Whether nothing acknowledged: no chip is there, or one that is busy. */
export function isSilence(error: unknown): boolean {
  return isHardwareError(error) && (error.kernel === 'EREMOTEIO' || error.kernel === 'ENXIO')
}

function moreOf(
  error: HardwareError,
  { otherAddresses, kernelForm }: { readonly otherAddresses: readonly number[]; readonly kernelForm: string },
): string | undefined {
  if (error.kernel === 'EBUSY') return `As a kernel sensor it is { ${kernelForm} }.`
  if (!isSilence(error) || otherAddresses.length === 0) return undefined
  const others = otherAddresses.map((each) => `0x${each.toString(16).padStart(2, '0')}`)
  return `It may also be at ${others.length > 3 ? `${others[0]} to ${others.at(-1)}` : others.join(' or ')}, which its pins or its part number choose.`
}
