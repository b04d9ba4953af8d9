import type { VirtualI2cChip } from './chip.ts'

/**
 * What small sensors of Texas Instruments and NXP share: the first byte written points at a register, which the rest of
 * the message then fills, or which is read whole, most significant byte first. The pointer stays for the next read.
 */
export abstract class PointerChip implements VirtualI2cChip {
  /** What a master did that the datasheet does not allow, oldest first. */
  readonly misuses: string[] = []
  /** Of each register, from the first on. */
  readonly #sizesBytes: readonly number[]
  /** Whether a master may stop in the middle of a register. */
  readonly #mayStop: boolean
  #pointer = 0

  constructor(sizesBytes: readonly number[], { mayStop = true }: { readonly mayStop?: boolean } = {}) {
    this.#sizesBytes = sizesBytes
    this.#mayStop = mayStop
  }

  protected abstract contents(register: number): readonly number[]
  /** Fills a register with all of its bytes. */
  protected abstract fill(register: number, bytes: readonly number[]): void

  write(message: Uint8Array): boolean {
    const [pointer, ...bytes] = message
    if (pointer === undefined) return true
    this.#pointer = pointer
    const size = this.#sizesBytes[pointer]
    if (size === undefined) this.misuses.push(`register ${pointer}, which there is not`)
    else if (bytes.length === size) this.fill(pointer, bytes)
    else if (bytes.length > 0) this.misuses.push(`${bytes.length} bytes written into register ${pointer}`)
    return true
  }

  read(count: number): Uint8Array {
    const bytes = this.#pointer < this.#sizesBytes.length ? this.contents(this.#pointer) : []
    const isWrong = count > bytes.length || (count < bytes.length && !this.#mayStop)
    if (isWrong) this.misuses.push(`${count} bytes read of register ${this.#pointer}`)
    return Uint8Array.from({ length: count }, (_, at) => bytes[at] ?? 0xff)
  }
}

/** A number of 16 bits, in two's complement where it is negative, as its two bytes. */
export function word(value: number): readonly [number, number] {
  return [(value >> 8) & 0xff, value & 0xff]
}

/** The two bytes of a register as a number of 16 bits without a sign. */
export function fromWord([high = 0, low = 0]: readonly number[]): number {
  return (high << 8) | low
}

/** As far as a register's bits reach. */
export function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
