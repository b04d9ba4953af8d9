import type { VirtualI2cChip } from './chip.ts'

/** A chip on a 1-Wire bus. */
export interface OneWireChip {
  /** The master holds the wire low for long: everybody listens anew. */
  reset(): void
  /** One time slot: what the master lets the wire be, and what it is with this chip on it. */
  slot(master: number): number
}

/** "Function commands". */
const command = {
  reset: 0xf0,
  setReadPointer: 0xe1,
  writeConfiguration: 0xd2,
  wireReset: 0xb4,
  singleBit: 0x87,
  writeByte: 0xa5,
  readByte: 0x96,
  triplet: 0x78,
} as const
/** "Register codes" of the read pointer. */
const register = { status: 0xf0, data: 0xe1, configuration: 0xc3 } as const
/** "Status register", without those bits that faults set. */
const status = { direction: 0x80, second: 0x40, first: 0x20, wasReset: 0x10, level: 0x08, presence: 0x02 } as const

/** DS2482-100 (Maxim 19-4930): a 1-Wire master on I2C. What is to be done on the wire is done at once. */
export class Ds2482 implements VirtualI2cChip {
  readonly #wire: readonly OneWireChip[]
  #pointer: number = register.status
  #status: number = status.level | status.wasReset
  #data = 0
  #configuration = 0

  constructor(wire: readonly OneWireChip[]) {
    this.#wire = wire
  }

  write([code, value = 0]: Uint8Array): boolean {
    this.#pointer = register.status
    switch (code) {
      case undefined:
        return true
      case command.reset:
        this.#status = status.level | status.wasReset
        this.#configuration = 0
        return true
      case command.setReadPointer:
        this.#pointer = value
        return Object.values<number>(register).includes(value)
      case command.writeConfiguration:
        // The upper half is the lower one turned over: else it was not meant.
        if (value >> 4 !== (~value & 0xf)) return true
        this.#configuration = value & 0xf
        this.#status &= ~status.wasReset
        this.#pointer = register.configuration
        return true
      case command.wireReset:
        for (const chip of this.#wire) chip.reset()
        this.#set(status.presence, this.#wire.length > 0)
        return true
      case command.singleBit:
        this.#set(status.first, this.#slot(value >> 7) === 1)
        return true
      case command.writeByte:
        for (let at = 0; at < 8; at++) this.#slot((value >> at) & 1)
        return true
      case command.readByte:
        this.#data = [0, 1, 2, 3, 4, 5, 6, 7].reduce((byte, at) => byte | (this.#slot(1) << at), 0)
        return true
      case command.triplet:
        this.#triplet(value >> 7)
        return true
      default:
        // A DS2482-100 has no channels to choose between, and does not acknowledge it.
        return false
    }
  }

  read(count: number): Uint8Array {
    const values = new Map<number, number>([
      [register.status, this.#status],
      [register.data, this.#data],
      [register.configuration, this.#configuration],
    ])
    return new Uint8Array(count).fill(values.get(this.#pointer) ?? 0xff)
  }

  /** "1-Wire triplet": reads a bit and its complement, and goes on in the one direction there is, else in `wanted`. */
  #triplet(wanted: number): void {
    const first = this.#slot(1)
    const second = this.#slot(1)
    const direction = first === second ? (first === 1 ? 1 : wanted) : first
    this.#slot(direction)
    this.#set(status.first, first === 1)
    this.#set(status.second, second === 1)
    this.#set(status.direction, direction === 1)
  }

  #slot(master: number): number {
    return this.#wire.map((chip) => chip.slot(master)).reduce((line, each) => line & each, master)
  }

  #set(bit: number, isSet: boolean): void {
    this.#status = isSet ? this.#status | bit : this.#status & ~bit
  }
}
