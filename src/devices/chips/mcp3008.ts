import { PincerError } from '../../errors.ts'
import type { SpiPort } from '../../hardware/ports.ts'

/**
 * Microchip MCP3008, document DS21295: 8 channels of 10 bits.
 *
 * Section 6.1, figure 6-1: an exchange of three bytes in mode 0. We send the start bit, then single-ended and the channel;
 * the answer is a null bit in bit 2 of the second byte and the ten bits behind it.
 */
const channelsMax = 8
/** "Electrical characteristics": 1.35 MHz at 2.7 V, more only at a higher supply. At 3.3 V this is always right. */
const clockHz = 1_350_000

/** The three bytes that ask for `channel`, 0 to 7. */
export function mcp3008Request(channel: number): Uint8Array {
  if (!Number.isInteger(channel) || channel < 0 || channel >= channelsMax) {
    throw new RangeError(`an MCP3008 has channels 0 to 7, not ${channel}`)
  }
  return Uint8Array.of(0x01, 0x80 | (channel << 4), 0x00)
}

/** 0 to 1023; `undefined` when the null bit is missing, so that no chip can have answered. */
export function parseMcp3008(answer: Uint8Array): number | undefined {
  const [, high, low] = answer
  if (answer.length !== 3 || high === undefined || low === undefined || (high & 0x04) !== 0) return undefined
  return ((high & 0x03) << 8) | low
}

/** Section 4.1, equation 4-2: the full scale of 1024 steps is the reference voltage. */
export function mcp3008Volts(raw: number, vref: number): number {
  return (raw * vref) / 1_024
}

/** Fails with PincerError `hardware` and the likely cause. */
export async function readMcp3008(
  spi: SpiPort,
  options: { readonly device: string; readonly channel: number; readonly vref: number },
): Promise<number> {
  const { device, channel, vref } = options
  const answer = await spi.transfer({ device, write: mcp3008Request(channel), speedHz: clockHz, mode: 0 })
  const raw = parseMcp3008(answer)
  if (raw === undefined) {
    const sentence = `No MCP3008 answers on SPI device ${device}: check MISO, MOSI, the clock, its chip select and its 3.3 V supply.`
    throw new PincerError('hardware', sentence)
  }
  return mcp3008Volts(raw, vref)
}
