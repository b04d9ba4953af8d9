import { PointerChip, within, word } from './pointer-chip.ts'

/**
 * LM75 (National Semiconductor / Texas Instruments SNIS153, section 1.11 to 1.14) with 9 bits, or LM75A (NXP, Rev. 04,
 * sections 7.4.1 to 7.4.4) with 11 bits: a thermometer whose registers are two bytes, but the configuration's one.
 */
export class Lm75 extends PointerChip {
  temperatureC: number
  readonly #bits: 9 | 11
  #configuration = 0
  #hysteresis: readonly number[] = [0x4b, 0x00]
  #overTemperature: readonly number[] = [0x50, 0x00]
  #converted = 0

  constructor({ temperatureC = 20, bits = 9 }: { readonly temperatureC?: number; readonly bits?: 9 | 11 } = {}) {
    // "An inadvertent 8-bit read from a 16-bit register can cause the LM75 to stop in a state where SDA is held low."
    super([2, 1, 2, 2], { mayStop: false })
    this.temperatureC = temperatureC
    this.#bits = bits
  }

  protected contents(register: number): readonly number[] {
    switch (register) {
      case 0:
        return word(this.#temperature())
      case 1:
        return [this.#configuration]
      case 2:
        return this.#hysteresis
      default:
        return this.#overTemperature
    }
  }

  protected fill(register: number, bytes: readonly number[]): void {
    const [first = 0] = bytes
    // D7 to D5 "must be kept zero": they test the chip at its maker's.
    if (register === 1 && first > 0x1f) this.misuses.push('test bits set in the configuration')
    if (register === 0) this.misuses.push('the temperature written')
    if (register === 1) this.#configuration = first
    if (register === 2) this.#hysteresis = bytes
    if (register === 3) this.#overTemperature = bytes
  }

  #temperature(): number {
    const shutDown = (this.#configuration & 1) !== 0
    const perDegree = 2 ** (this.#bits - 8)
    if (!shutDown) this.#converted = within(Math.round(this.temperatureC * perDegree), -55 * perDegree, 125 * perDegree)
    return this.#converted << (16 - this.#bits)
  }
}
