/**
 * Two kinds of failure. What can be expected to happen is a PincerError: a code for programs and one sentence for
 * people that says what is wrong, where, and what to do next. Everything else is a bug and may end the process.
 *
 * Lazy parts are bundles of their own and carry their own copy of this class: ask `isPincerError`, never `instanceof`.
 */
export type ErrorCode =
  | 'usage' // the command line was used wrongly: exit code 2
  | 'config' // the configuration is wrong: exit code 2
  | 'not_in_version' // asked for a part that comes later
  | 'home' // the home folder cannot be used
  | 'home_in_use' // another process serves this home
  | 'disk' // a write to the disk failed
  | 'path_refused' // a path leaves the workspace or names what may not be opened
  | 'command_refused' // a shell command that guardCommand does not let pass
  | 'sandbox' // the boundary around shell commands cannot be set up: nothing was run
  | 'file' // a file operation failed inside the workspace
  | 'bad_call' // a tool call that does not fit its schema
  | 'unknown_device'
  | 'limit' // an output limit refused the action
  | 'latched' // outputs are latched safe by /stop all
  | 'needs_human' // only a person may allow this, and none did
  | 'hardware' // the kernel interface (or the simulated one) failed
  | 'model' // the model could not answer
  | 'address_refused' // a web address that may not be reached
  | 'network' // nobody was reached, or the connection broke
  | 'stopped' // /stop, shutdown or a time-out ended the wait

const brand = Symbol.for('pincer.error')

export class PincerError extends Error {
  readonly code: ErrorCode
  readonly [brand] = true

  constructor(code: ErrorCode, sentence: string, options?: { readonly cause?: unknown }) {
    super(sentence, options)
    this.name = 'PincerError'
    this.code = code
  }
}

export function isPincerError(error: unknown): error is PincerError {
  return typeof error === 'object' && error !== null && brand in error
}

/** The kernel's error names that the hardware ports may fail with; the simulator fails with the same ones. */
export type KernelErrorName =
  | 'EBUSY' // another consumer holds the line or the address
  | 'ENODEV' // no such chip, bus or device node
  | 'ENXIO' // no device answers (NACK on the address, on some adapters)
  | 'EREMOTEIO' // no device answers (NACK, on most I2C adapters)
  | 'ETIMEDOUT' // the bus is stuck or the device stretches the clock for ever
  | 'EINVAL' // the kernel does not take these arguments
  | 'EMSGSIZE' // a transfer longer than the driver's buffer
  | 'EPERM' // this line was requested as an input, or is not ours
  | 'EIO'

export class HardwareError extends PincerError {
  readonly kernel: KernelErrorName

  constructor(kernel: KernelErrorName, sentence: string, options?: { readonly cause?: unknown }) {
    super('hardware', sentence, options)
    this.kernel = kernel
  }
}

export function isHardwareError(error: unknown): error is HardwareError {
  return isPincerError(error) && 'kernel' in error
}

/** The sentence of any thrown value, for logs and for people. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return String(error)
}
