import { fromWord, PointerChip, within, word } from './pointer-chip.ts'

// Section 7.5.3 (configuration register): the first byte holds OS R1 R0 F1 F0 POL TM SD, the second CR1 CR0 AL EM 0 0 0 0.
const bit = { oneShot: 1 << 15, shutdown: 1 << 8, alert: 1 << 5, extended: 1 << 4 } as const
const resolution = 0x6000
/** "Electrical Characteristics": the longest conversion. */
const conversionMs = 35

/** TMP102 (Texas Instruments SBOS397, section 7.5): a thermometer of 12 bits, or of 13 in extended mode. */
export class Tmp102 extends PointerChip {
  temperatureC: number
  /** So many times as long as the datasheet allows at most. */
  slowness = 1
  readonly #nowMs: () => number
  #untilMs = 0
  #configuration = 0x60a0
  #low: readonly number[] = word(0x4b00)
  #high: readonly number[] = word(0x5000)
  #convertedC: number

  constructor(
    { temperatureC = 20 }: { readonly temperatureC?: number } = {},
    nowMs: () => number = () => performance.now(),
  ) {
    super([2, 2, 2, 2])
    this.#nowMs = nowMs
    this.temperatureC = temperatureC
    this.#convertedC = temperatureC
  }

  protected contents(register: number): readonly number[] {
    switch (register) {
      case 0:
        return word(this.#temperature())
      case 1:
        return word(this.#configuration | (this.#isReady() ? bit.oneShot : 0))
      case 2:
        return this.#low
      default:
        return this.#high
    }
  }

  protected fill(register: number, bytes: readonly number[]): void {
    if (register === 0) this.misuses.push('the temperature written')
    if (register === 1) this.#configure(fromWord(bytes))
    if (register === 2) this.#low = bytes
    if (register === 3) this.#high = bytes
  }

  #configure(value: number): void {
    if ((value & 0x000f) !== 0) this.misuses.push('unused bits set in the configuration')
    if ((value & bit.oneShot) !== 0 && (value & bit.shutdown) !== 0) {
      this.#convertedC = this.temperatureC
      this.#untilMs = this.#nowMs() + conversionMs * this.slowness
    }
    // R1, R0 and AL are read only; OS is the ready bit when it is read.
    this.#configuration = (value & ~(bit.oneShot | 0x000f)) | resolution | bit.alert
  }

  /** Section 7.4.3: in shutdown OS reads 1 but while a conversion runs. */
  #isReady(): boolean {
    return (this.#configuration & bit.shutdown) !== 0 && this.#nowMs() >= this.#untilMs
  }

  #temperature(): number {
    if ((this.#configuration & bit.shutdown) === 0) this.#convertedC = this.temperatureC
    else if (!this.#isReady()) this.misuses.push('the temperature was read before it was converted')
    // Tables 3 to 5: 0.0625 °C a step, against the left; in extended mode the last bit says so.
    const steps = Math.round(this.#convertedC * 16)
    if ((this.#configuration & bit.extended) !== 0) return (within(steps, -4096, 4095) << 3) | 1
    return within(steps, -2048, 2047) << 4
  }
}
