import type { Noise } from './noise.ts'
import type { SpiChip } from './spi.ts'

/** Above this clock the sampling capacitor does not settle (Microchip DS21295, at 5 V; slower at 3.3 V). */
const speedHzMax = 3_600_000
const codeMax = 1_023

export interface Mcp3008Options {
  readonly vref: number
  /** Volts at a channel, 0 to 7; `undefined` where nothing is connected. */
  readonly volts: (channel: number) => number | undefined
  readonly noise: Noise
}

/** An MCP3008 analogue-digital converter as seen from its SPI pins: Microchip DS21295, sections 5 and 6.1. */
export function createMcp3008Chip({ vref, volts, noise }: Mcp3008Options): SpiChip {
  const inputVolts = (channel: number): number => volts(channel) ?? 0.003 * (1 + noise.next())
  const convert = (single: boolean, select: number, speedHz: number): number => {
    // Differential: channel pairs 0-1, 2-3, 4-5, 6-7; the lowest bit swaps plus and minus.
    const difference = single ? inputVolts(select) : inputVolts(select) - inputVolts(select ^ 1)
    const code = Math.round((difference / vref) * (codeMax + 1) + 0.6 * noise.next())
    const settled = speedHz > speedHzMax ? code >> 1 : code
    return Math.min(codeMax, Math.max(0, settled))
  }
  return {
    exchange({ write, speedHz, mode }) {
      const input = bitsOf(write)
      const output: number[] = input.map(() => 1)
      const start = input.indexOf(1)
      // Start bit, SGL/DIFF, D2, D1, D0, one clock for sampling, a null bit, then ten bits, high one first, and the same
      // bits again low one first; then zeros. Before the null bit the output is off and the pull-up makes it 1.
      if (start < 0 || start + 5 >= input.length) return bytesOf(output)
      const [single, d2 = 0, d1 = 0, d0 = 0] = input.slice(start + 1, start + 5)
      const code = convert(single === 1, d2 * 4 + d1 * 2 + d0, speedHz)
      const highFirst = Array.from({ length: 10 }, (_, bit) => (code >> (9 - bit)) & 1)
      // Modes 1 and 2 sample on the wrong edge: everything arrives one clock late.
      const late = mode === 0 || mode === 3 ? 0 : 1
      const answer = [0, ...highFirst, ...highFirst.toReversed().slice(1)]
      for (let at = start + 6 + late, bit = 0; at < output.length; at++, bit++) output[at] = answer[bit] ?? 0
      return bytesOf(output)
    },
  }
}

function bitsOf(bytes: Uint8Array): readonly number[] {
  return [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1))
}

function bytesOf(bits: readonly number[]): Uint8Array {
  const byteAt = (index: number): number =>
    bits.slice(index * 8, index * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0)
  return Uint8Array.from({ length: bits.length / 8 }, (_, index) => byteAt(index))
}
