import { fromWord, PointerChip, within, word } from './pointer-chip.ts'

/** Full scale of the shunt by PG1 PG0 (table 4), in steps of 10 µV. */
const shuntFullScale = [4_000, 8_000, 16_000, 32_000] as const
const afterReset = 0x399f
/** Table 7: continuous measuring of shunt and bus. */
const mode = { powerDown: 0, adcOff: 4, continuous: 4 } as const

/** INA219 (Texas Instruments SBOS448, section 8.6): the voltage of a supply, and that across a shunt in its way. */
export class Ina219 extends PointerChip {
  busVolts: number
  amperes: number
  shuntOhms: number
  #configuration = afterReset
  #calibration = 0

  constructor({
    busVolts = 5,
    amperes = 0,
    shuntOhms = 0.1,
  }: Partial<Pick<Ina219, 'busVolts' | 'amperes' | 'shuntOhms'>> = {}) {
    super([2, 2, 2, 2, 2, 2])
    this.busVolts = busVolts
    this.amperes = amperes
    this.shuntOhms = shuntOhms
  }

  protected contents(register: number): readonly number[] {
    switch (register) {
      case 0:
        return word(this.#configuration)
      case 1:
        return word(this.#shunt())
      case 2:
        // BD12 to BD0 stand above CNVR (a conversion is complete) and OVF (the current does not fit its register).
        return word((this.#bus() << 3) | 2 | (Math.abs(this.#current()) > 0x7fff ? 1 : 0))
      case 3:
        return word(this.#power())
      case 4:
        return word(this.#current())
      default:
        return word(this.#calibration)
    }
  }

  protected fill(register: number, bytes: readonly number[]): void {
    const value = fromWord(bytes)
    if (register === 0) this.#configure(value)
    // FS0 cannot be set.
    else if (register === 5) this.#calibration = value & 0xfffe
    else this.misuses.push(`register ${register} written, which is to read`)
  }

  #configure(value: number): void {
    const reset = (value & 0x8000) !== 0
    if (reset) this.#calibration = 0
    this.#configuration = reset ? afterReset : value
    const chosen = this.#configuration & 7
    if (chosen === mode.powerDown || chosen === mode.adcOff) this.misuses.push('measuring switched off')
    else if (chosen < mode.continuous) this.misuses.push('a triggered mode, which this virtual chip does not have')
  }

  #shunt(): number {
    const most = shuntFullScale[(this.#configuration >> 11) & 3] ?? 0
    return within(Math.round((this.amperes * this.shuntOhms) / 10e-6), -most, most)
  }

  #bus(): number {
    const full = (this.#configuration & 0x2000) === 0 ? 16 : 32
    return within(Math.round(this.busVolts / 4e-3), 0, full / 4e-3)
  }

  /** Equation 4. */
  #current(): number {
    return Math.trunc((this.#shunt() * this.#calibration) / 4096)
  }

  /** Equation 5. */
  #power(): number {
    return Math.trunc((Math.abs(this.#current()) * this.#bus()) / 5000)
  }
}
