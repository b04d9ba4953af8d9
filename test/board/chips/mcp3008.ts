import type { SpiClock, VirtualSpiChip } from './chip.ts'

/** "Electrical Characteristics": the fastest clock is promised for two supplies; between them the slower one holds. */
const fastestAt5V = 3_600_000
const fastestBelow = 1_350_000

/** MCP3008 (Microchip DS21295D, section 5): eight inputs, 10 bits, 0 to the reference. */
export class Mcp3008 implements VirtualSpiChip {
  /** At the pins CH0 to CH7. */
  readonly volts: number[] = Array.from({ length: 8 }, () => 0)
  readonly misuses: string[] = []
  readonly #referenceVolts: number
  readonly #supplyVolts: number

  constructor({
    referenceVolts = 3.3,
    supplyVolts = 3.3,
  }: { readonly referenceVolts?: number; readonly supplyVolts?: number } = {}) {
    this.#referenceVolts = referenceVolts
    this.#supplyVolts = supplyVolts
  }

  exchange(sent: Uint8Array, { speedHz, mode, bitsPerWord }: SpiClock): Uint8Array {
    // Section 6.1: modes 0,0 and 1,1.
    if (mode !== 0 && mode !== 3) this.misuses.push(`SPI mode ${mode}`)
    if (bitsPerWord !== 8) this.misuses.push(`words of ${bitsPerWord} bits`)
    const fastest = this.#supplyVolts >= 5 ? fastestAt5V : fastestBelow
    if (speedHz > fastest) this.misuses.push(`a clock of ${speedHz} Hz, at most ${fastest}`)
    const bits = [...sent].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1))
    const answer = this.#answer(bits)
    return sent.map((_, at) => Number.parseInt(answer.slice(at * 8, at * 8 + 8).join(''), 2))
  }

  /** Figure 5-1: a bit out for each bit in. Where the output is not driven, the line floats high. */
  #answer(bits: readonly number[]): readonly number[] {
    const answer = bits.map(() => 1)
    const start = bits.indexOf(1)
    const [single, d2, d1, d0] = bits.slice(start + 1, start + 5)
    if (start === -1 || d0 === undefined) {
      this.misuses.push('no start bit with a channel behind it')
      return answer
    }
    // One clock to sample the input, the null bit, ten bits from the highest, and again from the lowest, then zeros.
    const code = this.#convert(single === 1, ((d2 ?? 0) << 2) | ((d1 ?? 0) << 1) | d0)
    const fromHighest = Array.from({ length: 10 }, (_, at) => (code >> (9 - at)) & 1)
    const out = [0, ...fromHighest, ...fromHighest.toReversed().slice(1)]
    for (let at = start + 6; at < answer.length; at++) answer[at] = out[at - start - 6] ?? 0
    if (bits.length < start + 17) this.misuses.push('released before all ten bits were out')
    return answer
  }

  /** Table 5-2 and equation 4-2. */
  #convert(single: boolean, channel: number): number {
    const volts = (this.volts[channel] ?? 0) - (single ? 0 : (this.volts[channel ^ 1] ?? 0))
    return Math.min(1_023, Math.max(0, Math.floor((volts * 1_024) / this.#referenceVolts)))
  }
}
