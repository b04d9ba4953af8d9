import type { VirtualI2cChip } from './chip.ts'
import { within, word } from './pointer-chip.ts'

/** "Instruction Set Architecture", with the longest times of "Electrical Characteristics". */
const measurements = {
  0x10: { once: false, perLux: 1.2, durationMs: 180 },
  0x11: { once: false, perLux: 2.4, durationMs: 180 },
  0x13: { once: false, perLux: 1.2, durationMs: 24 },
  0x20: { once: true, perLux: 1.2, durationMs: 180 },
  0x21: { once: true, perLux: 2.4, durationMs: 180 },
  0x23: { once: true, perLux: 1.2, durationMs: 24 },
} as const
type Measurement = (typeof measurements)[keyof typeof measurements]
const opcode = { powerDown: 0x00, powerOn: 0x01, reset: 0x07 } as const
const usualTime = 69

/** BH1750FVI (ROHM, technical note 10046EDT01): opcodes of one byte, then two bytes of light. */
export class Bh1750 implements VirtualI2cChip {
  lux: number
  /** So many times as long as the datasheet allows at most. */
  slowness = 1
  readonly misuses: string[] = []
  readonly #nowMs: () => number
  #awake = false
  #measuringTime = usualTime
  #measured = 0
  #running: { readonly measurement: Measurement; readonly untilMs: number; readonly count: number } | undefined

  constructor({ lux = 100 }: { readonly lux?: number } = {}, nowMs: () => number = () => performance.now()) {
    this.lux = lux
    this.#nowMs = nowMs
  }

  write([code, ...more]: Uint8Array): boolean {
    if (code === undefined) return true
    // "BH1750FVI is not able to accept plural command without stop condition."
    if (more.length > 0) this.misuses.push('two opcodes in one message')
    const [, measurement] = Object.entries(measurements).find(([each]) => Number(each) === code) ?? []
    if (measurement !== undefined) this.#start(measurement)
    else if (code === opcode.powerDown) {
      this.#awake = false
      this.#running = undefined
    } else if (code === opcode.powerOn) this.#awake = true
    else if (code === opcode.reset) {
      if (this.#awake) this.#measured = 0
      else this.misuses.push('a reset in power down mode')
    } else if (code >> 3 === 0b01000) this.#measuringTime = ((code & 7) << 5) | (this.#measuringTime & 0x1f)
    else if (code >> 5 === 0b011) this.#measuringTime = (this.#measuringTime & 0xe0) | (code & 0x1f)
    else this.misuses.push(`opcode 0x${code.toString(16)}`)
    return true
  }

  read(count: number): Uint8Array {
    if (this.#running !== undefined && this.#nowMs() < this.#running.untilMs)
      this.misuses.push('the light was read before it was measured')
    else this.#finish()
    const bytes = word(this.#measured)
    return Uint8Array.from({ length: count }, (_, at) => bytes[at] ?? 0xff)
  }

  #start(measurement: Measurement): void {
    const times = this.#measuringTime / usualTime
    const count = within(Math.round(this.lux * measurement.perLux * times), 0, 0xffff)
    this.#awake = true
    this.#running = { measurement, count, untilMs: this.#nowMs() + measurement.durationMs * times * this.slowness }
  }

  #finish(): void {
    if (this.#running === undefined) return
    const { measurement, count } = this.#running
    this.#measured = count
    this.#running = undefined
    // After one measurement it goes to sleep by itself; else the next one begins at once.
    if (measurement.once) this.#awake = false
    else this.#start(measurement)
  }
}
