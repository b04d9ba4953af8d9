import type { VirtualI2cChip } from './chip.ts'

/**
 * A plain chip with byte registers and a register pointer, as most sensors and EEPROMs have: the first byte written
 * sets the pointer, further ones are stored, reads go on from the pointer; both go round at the last register.
 */
export class RegisterChip implements VirtualI2cChip {
  readonly registers: Uint8Array
  #pointer = 0

  constructor(contents: Readonly<Record<number, number>> = {}, size = 256) {
    this.registers = new Uint8Array(size)
    for (const [register, value] of Object.entries(contents)) this.registers[Number(register)] = value
  }

  write(bytes: Uint8Array): boolean {
    const [pointer, ...values] = bytes
    if (pointer === undefined) return true
    this.#pointer = pointer % this.registers.length
    for (const value of values) this.registers[this.#next()] = value
    return true
  }

  read(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.registers[this.#next()] ?? 0)
  }

  #next(): number {
    const pointer = this.#pointer
    this.#pointer = (pointer + 1) % this.registers.length
    return pointer
  }
}
