import type { Level } from '../../../src/hardware/ports.ts'
import type { VirtualI2cChip } from './chip.ts'

/** Table 3-1, with IOCON.BANK = 0: where the register of port A is; that of port B comes after it. */
const at = {
  direction: 0x00,
  polarity: 0x02,
  interruptOnChange: 0x04,
  defaultValue: 0x06,
  interruptControl: 0x08,
  configuration: 0x0a,
  pullUp: 0x0c,
  interruptFlag: 0x0e,
  captured: 0x10,
  port: 0x12,
  latch: 0x14,
} as const
const registers = 0x16
/** Register 3-6, IOCON. Bit 0 is unimplemented, and one register serves both ports. */
const configuration = {
  bank: 0x80,
  mirror: 0x40,
  byteMode: 0x20,
  openDrain: 0x04,
  activeHigh: 0x02,
  kept: 0xfe,
} as const

/**
 * MCP23017 (Microchip DS20001952C): sixteen lines on I2C, GPA0 to GPA7 and GPB0 to GPB7. Both interrupt pins are taken to
 * be one wire. It is written for BANK = 0 and sequential addresses, which is how it wakes.
 */
export class Mcp23017 implements VirtualI2cChip {
  /** What a master did that this virtual chip has not or the datasheet does not allow, oldest first. */
  readonly misuses: string[] = []
  /** Each change of what the chip drives, for example `GPA0 high`, oldest first: a glitch would show. */
  readonly log: string[] = []
  /** Told of the level at its interrupt pin, which a pull-up keeps high while the chip does not drive it. */
  onInterrupt: (level: Level) => void = () => {}
  readonly #registers = new Uint8Array(registers)
  /** What wires outside have on the pins; nothing is connected where there is none. */
  readonly #driven = new Map<number, Level>()
  #pointer = 0
  /** The inputs as they were last looked at: what "changes" means with INTCON = 0. */
  #seen = 0

  constructor() {
    // Section 3.2.1: at power on all pins are inputs, and all else is 0.
    this.#registers.fill(0xff, at.direction, at.direction + 2)
  }

  /** Puts a level on a pin from outside; `undefined` lets go of it. */
  drive(pin: string, level: Level | undefined): void {
    const number = pinNumber(pin)
    if (level === undefined) this.#driven.delete(number)
    else this.#driven.set(number, level)
    this.#look()
  }

  /** The level at a pin, as a meter shows it. One that nobody drives or pulls is low. */
  measure(pin: string): Level {
    const number = pinNumber(pin)
    if (this.#bit(at.direction, number) === 0) return this.#bit(at.latch, number)
    return this.#driven.get(number) ?? this.#bit(at.pullUp, number)
  }

  isOutput(pin: string): boolean {
    return this.#bit(at.direction, pinNumber(pin)) === 0
  }

  write([pointer, ...bytes]: Uint8Array): boolean {
    if (pointer === undefined) return true
    if (pointer >= registers) this.misuses.push(`register ${pointer}, which there is not`)
    this.#pointer = pointer % registers
    for (const byte of bytes) this.#store(this.#next(), byte)
    return true
  }

  read(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#load(this.#next()))
  }

  #next(): number {
    const pointer = this.#pointer
    this.#pointer = (pointer + 1) % registers
    return pointer
  }

  #store(register: number, value: number): void {
    const before = this.#outputs()
    const pair = register & ~1
    switch (pair) {
      case at.configuration:
        if ((value & (configuration.bank | configuration.byteMode)) !== 0)
          this.misuses.push(`IOCON ${value.toString(16)}, which this virtual chip does not have`)
        this.#registers.fill(value & configuration.kept, pair, pair + 2)
        break
      // "Attempts to write to these registers are ignored."
      case at.interruptFlag:
      case at.captured:
        break
      // "Writing to this register modifies the OLAT register."
      case at.port:
        this.#registers[at.latch + (register & 1)] = value
        break
      default:
        this.#registers[register] = value
    }
    for (const [pin, is] of this.#outputs().entries()) if (is !== before[pin]) this.log.push(`${pinName(pin)} ${is}`)
    this.#look()
  }

  #load(register: number): number {
    const port = register & 1
    const pair = register & ~1
    const value = pair === at.port ? this.#port(port) : (this.#registers[register] ?? 0)
    // Reading GPIO or INTCAP of a port clears its interrupt; what still differs from DEFVAL raises it again.
    if (pair === at.port || pair === at.captured) {
      this.#seen = (this.#seen & ~(0xff << (8 * port))) | (this.#levels() & (0xff << (8 * port)))
      this.#registers[at.interruptFlag + port] = 0
      this.#look()
    }
    return value
  }

  /** The port as it is read: inputs turned over where IPOL says so. */
  #port(port: number): number {
    return ((this.#levels() >> (8 * port)) & 0xff) ^ (this.#registers[at.polarity + port] ?? 0)
  }

  /** Raises interrupts for what has changed, and captures the port at the first of them. */
  #look(): void {
    const levels = this.#levels()
    const expected =
      (this.#both(at.interruptControl) & this.#both(at.defaultValue)) | (~this.#both(at.interruptControl) & this.#seen)
    const changed = (levels ^ expected) & this.#both(at.interruptOnChange) & this.#both(at.direction)
    for (const port of [0, 1]) {
      const flags = (changed >> (8 * port)) & 0xff
      if (flags === 0 || this.#registers[at.interruptFlag + port] !== 0) continue
      this.#registers[at.interruptFlag + port] = flags
      this.#registers[at.captured + port] = this.#port(port)
    }
    const isActive = this.#both(at.interruptFlag) !== 0
    const isActiveHigh = (this.#registers[at.configuration] ?? 0) & configuration.activeHigh
    this.onInterrupt(isActive === (isActiveHigh !== 0) ? 1 : 0)
  }

  #levels(): number {
    let levels = 0
    for (let pin = 0; pin < 16; pin++) levels |= this.measure(pinName(pin)) << pin
    return levels
  }

  /** What each pin is seen to do. */
  #outputs(): readonly string[] {
    return Array.from({ length: 16 }, (_, pin) => {
      if (this.#bit(at.direction, pin) === 1) return 'listens'
      return this.#bit(at.latch, pin) === 1 ? 'high' : 'low'
    })
  }

  #bit(register: number, pin: number): Level {
    return ((this.#both(register) >> pin) & 1) === 1 ? 1 : 0
  }

  /** Port A in the low byte, port B in the high one. */
  #both(register: number): number {
    return (this.#registers[register] ?? 0) | ((this.#registers[register + 1] ?? 0) << 8)
  }
}

function pinName(pin: number): string {
  return `GP${pin < 8 ? 'A' : 'B'}${pin % 8}`
}

/** 0 to 7 for GPA0 to GPA7, then GPB0 to GPB7: the kernel's offsets are the same. */
function pinNumber(name: string): number {
  const [, port, pin] = /^GP([AB])([0-7])$/.exec(name) ?? []
  if (port === undefined) throw new Error(`An MCP23017 has no pin ${name}.`)
  return (port === 'A' ? 0 : 8) + Number(pin)
}
