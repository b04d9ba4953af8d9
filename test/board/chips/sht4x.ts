import { checksum } from './checksum.ts'
import type { VirtualI2cChip } from './chip.ts'
import { within, word } from './pointer-chip.ts'

/** Table 8 (commands) with the longest times of table 5. */
const measuring: Readonly<Record<number, number>> = { 0xfd: 8.3, 0xf6: 4.5, 0xe0: 1.6 }
const command = { serialNumber: 0x89, softReset: 0x94 } as const
const resetMs = 1

/** SHT40, SHT41 and SHT45 (Sensirion, SHT4x datasheet version 6, sections 4.1 to 4.6): commands of one byte, no registers. */
export class Sht4x implements VirtualI2cChip {
  temperatureC: number
  humidityPercent: number
  /** So many times as long as the datasheet allows at most. */
  slowness = 1
  readonly misuses: string[] = []
  readonly #nowMs: () => number
  #busyUntilMs = 0
  #answer: readonly number[] | undefined

  constructor(
    {
      temperatureC = 20,
      humidityPercent = 50,
    }: { readonly temperatureC?: number; readonly humidityPercent?: number } = {},
    nowMs: () => number = () => performance.now(),
  ) {
    this.temperatureC = temperatureC
    this.humidityPercent = humidityPercent
    this.#nowMs = nowMs
  }

  write([code, ...more]: Uint8Array): boolean {
    if (code === undefined) return !this.#busy()
    // Section 4.1: while it measures it acknowledges nothing.
    if (this.#busy()) return false
    if (more.length > 0) this.misuses.push('a command of more than one byte')
    const durationMs = measuring[code]
    if (durationMs !== undefined) {
      this.#busyUntilMs = this.#nowMs() + durationMs * this.slowness
      this.#answer = this.#measure()
    } else if (code === command.softReset) {
      this.#busyUntilMs = this.#nowMs() + resetMs
      this.#answer = undefined
    } else if (code === command.serialNumber) this.#answer = protectedWords(0x0f17, 0x2a5c)
    else this.misuses.push(`command 0x${code.toString(16)}`)
    return true
  }

  read(count: number): Uint8Array | false {
    const answer = this.#busy() ? undefined : this.#answer
    if (answer === undefined) return false
    // What was read is gone.
    this.#answer = undefined
    return Uint8Array.from({ length: count }, (_, at) => answer[at] ?? 0xff)
  }

  #busy(): boolean {
    return this.#nowMs() < this.#busyUntilMs
  }

  /** Section 4.6, the other way round. */
  #measure(): readonly number[] {
    const temperature = ((this.temperatureC + 45) / 175) * 65_535
    const humidity = ((this.humidityPercent + 6) / 125) * 65_535
    return protectedWords(within(Math.round(temperature), 0, 0xffff), within(Math.round(humidity), 0, 0xffff))
  }
}

/** Section 4.4: each word of 16 bits has its checksum behind it. */
function protectedWords(first: number, second: number): readonly number[] {
  const [one, two] = [word(first), word(second)]
  return [...one, checksum(one), ...two, checksum(two)]
}
