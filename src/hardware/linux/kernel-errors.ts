import { getSystemErrorName } from 'node:util'
import { isPincerError } from '../../errors.ts'
import { hardwareFault, remedies } from '../remedies.ts'

/**
 * The kernel's name of what a native call failed with; `undefined` for what is no failure of the kernel. Node's own
 * functions and our addon give the name. Those of i2c-bus and spi-device give the number, without a sign, and a name only
 * where Node has a constant for it, which EREMOTEIO, a chip that does not answer, is not.
 */
export function kernelName(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  const errno = 'errno' in error ? error.errno : undefined
  return typeof errno === 'number' && Number.isInteger(errno) && errno !== 0
    ? getSystemErrorName(-Math.abs(errno))
    : undefined
}

/** What no driver expects is said with the kernel's name; what is a sentence already, or a bug, stays as it is. */
export function unexpected(error: unknown, place: string): unknown {
  const name = isPincerError(error) ? undefined : kernelName(error)
  return name === undefined ? error : hardwareFault('EIO', remedies.unexpected(place, name), error)
}
