import { HardwareError } from '../errors.ts'

/** The longest debounce that the kernel takes: a 32-bit count of microseconds. */
const debounceMsMax = 4_294_967

/** Fails with EINVAL. */
export function checkDebounce(line: string, debounceMs: number): void {
  if (!Number.isInteger(debounceMs) || debounceMs < 0 || debounceMs > debounceMsMax)
    throw new HardwareError(
      'EINVAL',
      `Line ${line} cannot be debounced for ${debounceMs} ms. Use 0 to ${debounceMsMax} ms.`,
    )
}

/** Somebody uses what he has released; `what` begins a sentence, for example `Line GPIO17`. */
export function givenBack(what: string): HardwareError {
  return new HardwareError('EPERM', `${what} was given back. Request it again before using it.`)
}
