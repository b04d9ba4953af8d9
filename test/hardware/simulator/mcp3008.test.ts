import t from 'tap'
import { createMcp3008Chip } from '../../../src/hardware/simulator/mcp3008-chip.ts'

/** 1.65 V at channel 0, 3.3 V at channel 1, more than the reference at 2, less than nothing at 3; the rest is open. */
const volts = [1.65, 3.3, 5, -1]
const chip = createMcp3008Chip({ vref: 3.3, volts: (channel) => volts[channel], noise: { next: () => 0 } })

function exchange(
  write: readonly number[],
  options: { readonly speedHz?: number; readonly mode?: 0 | 1 } = {},
): number[] {
  const { speedHz = 1_000_000, mode = 0 } = options
  return [...chip.exchange({ device: '0.0', write: Uint8Array.from(write), speedHz, mode })]
}

function code(write: readonly number[], options = {}): number {
  const [, high = 0, low = 0] = exchange(write, options)
  return ((high & 0x03) << 8) | low
}

void t.test('the three-byte exchange of the datasheet gives ten bits of a single-ended channel', async (t) => {
  t.equal(code([0x01, 0x80, 0x00]), 512)
  t.equal(code([0x01, 0x90, 0x00]), 1_023, 'full scale')
})

void t.test('beyond the supply a channel stays at its end', async (t) => {
  t.equal(code([0x01, 0xa0, 0x00]), 1_023)
  t.equal(code([0x01, 0xb0, 0x00]), 0)
})

void t.test('a channel with nothing connected floats near zero', async (t) => {
  for (const channel of [4, 5, 6, 7]) t.ok(code([0x01, 0x80 | (channel << 4), 0x00]) < 4)
})

void t.test('differential pairs give plus minus minus, and nothing below zero', async (t) => {
  t.equal(code([0x01, 0x10, 0x00]), 512, 'channel 1 over channel 0')
  t.equal(code([0x01, 0x00, 0x00]), 0, 'channel 0 over channel 1')
})

void t.test('a null bit stands before the ten bits and ones before it', async (t) => {
  t.same(exchange([0x01, 0x80, 0x00]), [0xff, 0b11111010, 0x00])
})

void t.test('the start bit may come at any place, and the bits come again low one first', async (t) => {
  // Start bit first: SGL, D2 D1 D0 = 1, 0 0 0; null at bit 6, 1000000000 in bits 7 to 16,
  // then upwards from the second lowest: the 1 again in bit 25.
  t.same(exchange([0b11000000, 0, 0, 0]), [0b11111101, 0, 0b00000000, 0b01000000])
})

void t.test('without a start bit, or with the transfer ended too soon, there is no conversion', async (t) => {
  t.same(exchange([0, 0, 0]), [0xff, 0xff, 0xff])
  t.same(exchange([0x01]), [0xff])
})

void t.test('the wrong mode and too fast a clock give wrong codes, as on the real chip', async (t) => {
  t.not(code([0x01, 0x80, 0x00], { mode: 1 }), 512)
  t.not(code([0x01, 0x80, 0x00], { speedHz: 10_000_000 }), 512)
})
