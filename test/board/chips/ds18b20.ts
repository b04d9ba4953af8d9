import type { OneWireChip } from './ds2482.ts'

/** Family, serial number with its lowest byte first, checksum: "64-bit lasered ROM code". */
const family = 0x28
const romCommand = { search: 0xf0, read: 0x33, match: 0x55, skip: 0xcc } as const
const command = { convert: 0x44, readScratchpad: 0xbe, writeScratchpad: 0x4e } as const
/** "Table 2. Thermometer resolution configuration": the longest conversion of 12 bits. */
const conversionMs = 750

/** What it drives in a slot, 1 where it lets go; what comes back is what was on the wire. */
type Talk = Generator<number, void, number>

/** DS18B20 (Maxim 19-7487): a thermometer of 12 bits on a 1-Wire bus, with a supply of its own. */
export class Ds18b20 implements OneWireChip {
  temperatureC: number
  readonly #rom: readonly number[]
  readonly #nowMs: () => number
  #talk: Talk | undefined
  #drives = 1
  /** "The power-on reset value of the temperature register is +85°C." */
  #measured = 85 * 16
  #converting: { readonly untilMs: number; readonly steps: number } | undefined
  /** Alarms and configuration: 12 bits. */
  #settings = [0x4b, 0x46, 0x7f]

  /** `serial` is as the kernel writes it: twelve digits. */
  constructor(
    { serial, temperatureC = 20 }: { readonly serial: string; readonly temperatureC?: number },
    nowMs: () => number = () => performance.now(),
  ) {
    const code = [family, ...Buffer.from(serial, 'hex').toReversed()]
    this.#rom = [...code, oneWireChecksum(code)]
    this.temperatureC = temperatureC
    this.#nowMs = nowMs
  }

  reset(): void {
    this.#talk = this.#session()
    this.#drives = this.#talk.next().value ?? 1
  }

  slot(master: number): number {
    const line = master & this.#drives
    this.#drives = this.#talk?.next(line).value ?? 1
    return line
  }

  /** "Transaction sequence": a ROM command, then a function command. Whoever is not meant is silent until the next reset. */
  *#session(): Talk {
    const bits = this.#rom.flatMap((byte) => bitsOf(byte))
    switch (yield* receive()) {
      case romCommand.skip:
        break
      case romCommand.match:
        for (const bit of bits) if ((yield 1) !== bit) return
        break
      case romCommand.search:
        for (const bit of bits) {
          yield bit
          yield 1 - bit
          if ((yield 1) !== bit) return
        }
        break
      case romCommand.read:
        yield* send(this.#rom)
        break
      default:
        return
    }
    switch (yield* receive()) {
      case command.convert:
        this.#converting = { untilMs: this.#nowMs() + conversionMs, steps: Math.round(this.temperatureC * 16) }
        // It answers reading with 0 until it is done.
        while (this.#isConverting()) yield 0
        break
      case command.readScratchpad:
        yield* send(this.#scratchpad())
        break
      case command.writeScratchpad:
        this.#settings = [yield* receive(), yield* receive(), yield* receive()]
        break
      default:
      // To copy and to recall the settings takes no time here; the supply is not parasitic, which reads 1.
    }
  }

  #isConverting(): boolean {
    if (this.#converting === undefined) return false
    if (this.#nowMs() < this.#converting.untilMs) return true
    this.#measured = this.#converting.steps
    this.#converting = undefined
    return false
  }

  /** "Figure 9. DS18B20 memory map". */
  #scratchpad(): readonly number[] {
    this.#isConverting()
    const bytes = [this.#measured & 0xff, (this.#measured >> 8) & 0xff, ...this.#settings, 0xff, 0x0c, 0x10]
    return [...bytes, oneWireChecksum(bytes)]
  }
}

/** "CRC generation": x^8 + x^5 + x^4 + 1, the lowest bit first, begun with 0. */
export function oneWireChecksum(bytes: readonly number[]): number {
  let remainder = 0
  for (const bit of bytes.flatMap((byte) => bitsOf(byte))) {
    const turns = (remainder ^ bit) & 1
    remainder = (remainder >> 1) ^ (turns === 1 ? 0x8c : 0)
  }
  return remainder
}

function bitsOf(byte: number): readonly number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((at) => (byte >> at) & 1)
}

function* receive(): Generator<number, number, number> {
  let byte = 0
  for (let at = 0; at < 8; at++) byte |= (yield 1) << at
  return byte
}

function* send(bytes: readonly number[]): Talk {
  for (const byte of bytes) for (const bit of bitsOf(byte)) yield bit
}
