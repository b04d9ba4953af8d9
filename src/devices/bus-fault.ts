import { HardwareError, isHardwareError } from '../errors.ts'

/**
 * The failure of a chip that can sit at two addresses. The port has said what is wrong and what mends it; where nothing
 * answers, the other address is one more thing to try.
 */
export function describeI2cFault(error: unknown, otherAddress: number): unknown {
  if (!isHardwareError(error) || (error.kernel !== 'EREMOTEIO' && error.kernel !== 'ENXIO')) return error
  const other = `0x${otherAddress.toString(16).padStart(2, '0')}`
  const sentence = `${error.message} It may also be at ${other}, which a pin of the chip chooses.`
  return new HardwareError(error.kernel, sentence, { cause: error })
}
