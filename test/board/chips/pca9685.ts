import type { VirtualI2cChip } from './chip.ts'

/** Table 4 of the datasheet. Each output has four registers from `outputs` on: ON low and high, OFF low and high. */
const at = { mode1: 0x00, mode2: 0x01, allCall: 0x05, outputs: 0x06, all: 0xfa, prescale: 0xfe } as const
const channels = 16
/** Table 5, MODE1. */
const mode1 = { restart: 0x80, autoIncrement: 0x20, sleep: 0x10 } as const
/** Tables 7 and 8: bit 4 of the high bytes; full off wins. */
const full = 0x10
/** Section 7.3.5: the internal oscillator, divided by 4096 steps. */
const oscillatorHz = 25_000_000
const steps = 4_096

/** PCA9685 (NXP, Rev. 4): sixteen PWM outputs of 12 bits on I2C, with one frequency for all. */
export class Pca9685 implements VirtualI2cChip {
  /** What a master did that the datasheet does not allow, oldest first. */
  readonly misuses: string[] = []
  readonly #registers = new Uint8Array(256)
  #pointer = 0

  constructor() {
    // The values that table 4 and the descriptions of the registers have after power on.
    this.#registers[at.mode1] = 0x11
    this.#registers[at.mode2] = 0x04
    this.#registers.set([0xe2, 0xe4, 0xe8, 0xe0], 0x02)
    for (let channel = 0; channel < channels; channel++) this.#registers[at.outputs + 4 * channel + 3] = full
    this.#registers[at.prescale] = 0x1e
  }

  /** The share of the time for which the output is high, 0 to 1. */
  duty(channel: number): number {
    const [onLow = 0, onHigh = 0, offLow = 0, offHigh = 0] = this.#registers.subarray(at.outputs + 4 * channel)
    if ((this.#mode1() & mode1.sleep) !== 0 || (offHigh & full) !== 0) return 0
    if ((onHigh & full) !== 0) return 1
    const on = onLow | ((onHigh & 0xf) << 8)
    const off = offLow | ((offHigh & 0xf) << 8)
    return ((off - on + steps) % steps) / steps
  }

  /** Section 7.3.5, turned over: prescale = round(oscillator / (4096 x rate)) - 1. */
  get frequencyHz(): number {
    return oscillatorHz / steps / ((this.#registers[at.prescale] ?? 0) + 1)
  }

  write([pointer, ...bytes]: Uint8Array): boolean {
    if (pointer === undefined) return true
    this.#pointer = pointer
    for (const byte of bytes) this.#store(this.#next(), byte)
    return true
  }

  read(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#registers[this.#next()] ?? 0)
  }

  #store(register: number, value: number): void {
    if (register === at.prescale) {
      // "Writes to PRE_SCALE register are blocked when SLEEP bit is logic 0"; "the hardware forces a minimum value of 3".
      if ((this.#mode1() & mode1.sleep) === 0) this.misuses.push('the prescaler written while awake')
      else this.#registers[register] = Math.max(3, value)
    } else if (register === at.mode1) {
      // Writing a one to RESTART clears it, once the oscillator runs.
      this.#registers[register] = value & ~mode1.restart
    } else if (register >= at.all && register < at.prescale) {
      for (let channel = 0; channel < channels; channel++)
        this.#registers[at.outputs + 4 * channel + (register - at.all)] = value
    } else if (register < at.outputs + 4 * channels) this.#registers[register] = value
    else this.misuses.push(`register ${register}, which is reserved`)
  }

  /** Without auto increment the pointer stays; with it, it goes round at the last output ("LED15_OFF_H"). */
  #next(): number {
    const pointer = this.#pointer
    if ((this.#mode1() & mode1.autoIncrement) !== 0) this.#pointer = pointer === 0x45 ? 0 : (pointer + 1) & 0xff
    return pointer
  }

  #mode1(): number {
    return this.#registers[at.mode1] ?? 0
  }
}
