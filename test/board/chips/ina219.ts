import { fromWord, PointerChip, within, word } from './pointer-chip.ts'

/** Full scale of the shunt by PG1 PG0 (table 4), in steps of 10 µV. */
const shuntFullScale = [4_000, 8_000, 16_000, 32_000] as const
const afterReset = 0x399f
/** Table 7: 1 to 3 measure once when they are written, 5 to 7 go on; bit 0 is the shunt, bit 1 the bus. */
const continuous = 4
/** Table 5: bits 3 to 0 of SADC and BADC; the longest times of "Electrical Characteristics", and of many samples. */
const onceMs = [0.093, 0.163, 0.304, 0.586] as const
const samplesMs = [0.586, 1.06, 2.13, 4.26, 8.51, 17.02, 34.05, 68.1] as const

/** INA219 (Texas Instruments SBOS448G, section 8.6): the voltage of a supply, and that across a shunt in its way. */
export class Ina219 extends PointerChip {
  busVolts: number
  amperes: number
  shuntOhms: number
  /** So many times as long as the datasheet allows at most. */
  slowness = 1
  readonly #nowMs: () => number
  #configuration = afterReset
  #calibration = 0
  #measured = { shunt: 0, bus: 0 }
  #untilMs = 0
  /** CNVR: a conversion was completed, and its power was not read. */
  #isNew = true

  constructor(
    { busVolts = 5, amperes = 0, shuntOhms = 0.1 }: Partial<Pick<Ina219, 'busVolts' | 'amperes' | 'shuntOhms'>> = {},
    nowMs: () => number = () => performance.now(),
  ) {
    super([2, 2, 2, 2, 2, 2])
    this.busVolts = busVolts
    this.amperes = amperes
    this.shuntOhms = shuntOhms
    this.#nowMs = nowMs
  }

  protected contents(register: number): readonly number[] {
    const converts = this.#nowMs() < this.#untilMs
    const mode = this.#configuration & 7
    if (mode > continuous && !converts) this.#measured = this.#measure()
    if (converts && [1, 3, 4].includes(register)) this.misuses.push('read before it was measured')
    const { shunt, bus } = this.#measured
    const current = Math.trunc((shunt * this.#calibration) / 4096)
    switch (register) {
      case 0:
        return word(this.#configuration)
      case 1:
        return word(shunt)
      case 2:
        // BD12 to BD0 stand above CNVR and OVF, which says that the current does not fit its register.
        return word((bus << 3) | (this.#isNew && !converts ? 2 : 0) | (Math.abs(current) > 0x7fff ? 1 : 0))
      case 3:
        if (mode <= continuous) this.#isNew = false
        // Equation 5.
        return word(Math.trunc((Math.abs(current) * bus) / 5000))
      case 4:
        return word(current)
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
    const mode = this.#configuration & 7
    if (mode === 0 || mode === continuous) {
      this.misuses.push('measuring switched off')
      return
    }
    const [shuntMs, busMs] = [durationMs(this.#configuration >> 3), durationMs(this.#configuration >> 7)]
    const tookMs = ((mode & 1) === 0 ? 0 : shuntMs) + ((mode & 2) === 0 ? 0 : busMs)
    this.#untilMs = this.#nowMs() + tookMs * this.slowness
    this.#isNew = true
    this.#measured = this.#measure()
  }

  #measure(): { readonly shunt: number; readonly bus: number } {
    const mode = this.#configuration & 3
    const most = shuntFullScale[(this.#configuration >> 11) & 3] ?? 0
    const fullVolts = (this.#configuration & 0x2000) === 0 ? 16 : 32
    const shunt = within(Math.round((this.amperes * this.shuntOhms) / 10e-6), -most, most)
    const bus = within(Math.round(this.busVolts / 4e-3), 0, fullVolts / 4e-3)
    return {
      shunt: (mode & 1) === 0 ? this.#measured.shunt : shunt,
      bus: (mode & 2) === 0 ? this.#measured.bus : bus,
    }
  }
}

function durationMs(setting: number): number {
  return ((setting & 8) === 0 ? onceMs[setting & 3] : samplesMs[setting & 7]) ?? 0
}
