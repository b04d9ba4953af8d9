import { checksum } from './checksum.ts'
import type { VirtualI2cChip } from './chip.ts'
import { within } from './pointer-chip.ts'

// Table 8 and section 5.4.
const command = { initialize: 0xbe, trigger: 0xac, softReset: 0xba, status: 0x71 } as const
const status = { busy: 0x80, calibrated: 0x08, always: 0x10 } as const
const measuringMs = 80
const initializingMs = 10
const resetMs = 20

/** AHT20 (Aosong, data manual of the AHT20, section 5): commands, a status byte that is always the first read, no registers. */
export class Aht20 implements VirtualI2cChip {
  temperatureC: number
  humidityPercent: number
  /** So many times as long as the datasheet allows at most. */
  slowness = 1
  readonly misuses: string[] = []
  readonly #nowMs: () => number
  #calibrated: boolean
  #busyUntilMs = 0
  #data: readonly number[] = [0, 0, 0, 0, 0]

  constructor(
    options: { readonly temperatureC?: number; readonly humidityPercent?: number; readonly calibrated?: boolean } = {},
    nowMs: () => number = () => performance.now(),
  ) {
    this.temperatureC = options.temperatureC ?? 20
    this.humidityPercent = options.humidityPercent ?? 50
    this.#calibrated = options.calibrated ?? true
    this.#nowMs = nowMs
  }

  write([code, ...parameters]: Uint8Array): boolean {
    if (code === undefined || code === command.status) return true
    if (this.#busy()) this.misuses.push(`command 0x${code.toString(16)} while it was busy`)
    if (code === command.initialize && is(parameters, 0x08, 0x00)) {
      this.#calibrated = true
      this.#occupy(initializingMs)
    } else if (code === command.trigger && is(parameters, 0x33, 0x00)) {
      if (!this.#calibrated) this.misuses.push('a measurement before it was calibrated')
      this.#occupy(measuringMs)
      this.#data = this.#measure()
    } else if (code === command.softReset && parameters.length === 0) this.#occupy(resetMs)
    else this.misuses.push(`command ${[code, ...parameters].map((each) => `0x${each.toString(16)}`).join(' ')}`)
    return true
  }

  read(count: number): Uint8Array {
    if (count > 1 && this.#busy()) this.misuses.push('the values were read before they were measured')
    const state = status.always | (this.#busy() ? status.busy : 0) | (this.#calibrated ? status.calibrated : 0)
    // While it measures, the values are those of nothing.
    const bytes = [state, ...(this.#busy() ? [0, 0, 0, 0, 0] : this.#data)]
    const answer = [...bytes, checksum(bytes)]
    return Uint8Array.from({ length: count }, (_, at) => answer[at] ?? 0xff)
  }

  #occupy(durationMs: number): void {
    this.#busyUntilMs = this.#nowMs() + durationMs * this.slowness
  }

  #busy(): boolean {
    return this.#nowMs() < this.#busyUntilMs
  }

  /** Section 6 the other way round; the two values of 20 bits share the byte in the middle (figure 13). */
  #measure(): readonly number[] {
    const humidity = within(Math.round((this.humidityPercent / 100) * 2 ** 20), 0, 0xfffff)
    const temperature = within(Math.round(((this.temperatureC + 50) / 200) * 2 ** 20), 0, 0xfffff)
    const middle = ((humidity & 0xf) << 4) | (temperature >> 16)
    return [humidity >> 12, (humidity >> 4) & 0xff, middle, (temperature >> 8) & 0xff, temperature & 0xff]
  }
}

function is(bytes: readonly number[], ...wanted: readonly number[]): boolean {
  return bytes.length === wanted.length && bytes.every((byte, at) => byte === wanted[at])
}
