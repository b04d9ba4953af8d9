import { fromWord, PointerChip, within, word } from './pointer-chip.ts'

/** Table 8-3 (configuration register, section 8.1.3): PGA, full scale in volts; DR, conversions in a second. */
const fullScaleVolts = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256] as const
const perSecond = [8, 16, 32, 64, 128, 250, 475, 860] as const
/** MUX: positive and negative input; none stands for ground. */
const inputs = [[0, 1], [0, 3], [1, 3], [2, 3], [0], [1], [2], [3]] as const
const bit = { start: 1 << 15, singleShot: 1 << 8 } as const
/** Section 6.5: the data rate may be 10 % slower; section 7.4.2.1: waking up takes 25 µs. */
const slowest = 1.1
const wakeUpMs = 0.025

/** ADS1115 (Texas Instruments SBAS444E): four inputs, 16 bits. */
export class Ads1115 extends PointerChip {
  /** At the pins AIN0 to AIN3, against ground. */
  readonly volts: [number, number, number, number] = [0, 0, 0, 0]
  /** So many times as long as the datasheet allows at most: a chip that is ill. */
  slowness = 1
  readonly #nowMs: () => number
  #configuration = 0x8583
  #low: readonly number[] = word(0x8000)
  #high: readonly number[] = word(0x7fff)
  #converted = 0
  /** When the conversion that runs is over, and what it will say. */
  #running: { readonly untilMs: number; readonly code: number } | undefined

  constructor(nowMs: () => number = () => performance.now()) {
    super([2, 2, 2, 2])
    this.#nowMs = nowMs
  }

  protected contents(register: number): readonly number[] {
    switch (register) {
      case 0:
        return word(this.#conversion())
      case 1:
        return word((this.#configuration & ~bit.start) | (this.#busy() ? 0 : bit.start))
      case 2:
        return this.#low
      default:
        return this.#high
    }
  }

  protected fill(register: number, bytes: readonly number[]): void {
    if (register === 0) this.misuses.push('the conversion written')
    else if (register === 1) this.#configure(fromWord(bytes))
    else if (register === 2) this.#low = bytes
    else this.#high = bytes
  }

  #configure(value: number): void {
    if ((value & bit.singleShot) === 0) this.misuses.push('continuous mode, which this virtual chip does not have')
    if (this.#busy()) this.misuses.push('configured while it converted')
    this.#configuration = value
    if ((value & bit.start) === 0) return
    const durationMs = (1_000 / (perSecond[(value >> 5) & 7] ?? 8)) * slowest + wakeUpMs
    this.#running = { untilMs: this.#nowMs() + durationMs * this.slowness, code: this.#measure(value) }
  }

  #conversion(): number {
    if (this.#busy()) this.misuses.push('the conversion was read before it was over')
    return this.#converted
  }

  #busy(): boolean {
    if (this.#running === undefined) return false
    if (this.#nowMs() < this.#running.untilMs) return true
    this.#converted = this.#running.code
    this.#running = undefined
    return false
  }

  /** Table 7-3: full scale is 7fff or 8000, no further. */
  #measure(configuration: number): number {
    const [positive, negative] = inputs[(configuration >> 12) & 7] ?? []
    const difference = this.#at(positive) - this.#at(negative)
    const fullScale = fullScaleVolts[(configuration >> 9) & 7] ?? 1
    return within(Math.round((difference / fullScale) * 32_768), -32_768, 32_767)
  }

  #at(input: number | undefined): number {
    return input === undefined ? 0 : (this.volts[input] ?? 0)
  }
}
