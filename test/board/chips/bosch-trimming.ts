/** The trimming values T1 to T3, P1 to P9 and H1 to H6 of one chip, as its maker burnt them in (BME280, table 16). */
export interface Trimming {
  readonly t: readonly [number, number, number]
  readonly p: readonly [number, number, number, number, number, number, number, number, number]
  readonly h: readonly [number, number, number, number, number, number]
}

/** The temperature and pressure values are those of the BMP280 datasheet's example (section 3.12); humidity as usual. */
export const exampleTrimming: Trimming = {
  t: [27504, 26435, -1000],
  p: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
  h: [75, 362, 0, 327, -11, 30],
}

// BME280 datasheet, section 8.1: the compensation in floating point, as the datasheet writes it.

/** The "fine" temperature, 5120 to a degree. */
export function fineTemperature(raw: number, { t: [t1, t2, t3] }: Trimming): number {
  const near = (raw / 16384 - t1 / 1024) * t2
  const square = (raw / 131072 - t1 / 8192) ** 2 * t3
  return near + square
}

/** Pascal. */
export function pressure(raw: number, fine: number, { p }: Trimming): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p
  const half = fine / 2 - 64000
  const offset = ((half * half * p6) / 32768 + half * p5 * 2) / 4 + p4 * 65536
  const slope = (1 + ((p3 * half * half) / 524288 + p2 * half) / 524288 / 32768) * p1
  const plain = ((1048576 - raw - offset / 4096) * 6250) / slope
  return plain + ((p9 * plain * plain) / 2147483648 + (plain * p8) / 32768 + p7) / 16
}

/** Percent, not yet held within 0 and 100. */
export function humidity(raw: number, fine: number, { h: [h1, h2, h3, h4, h5, h6] }: Trimming): number {
  const above = fine - 76800
  const offset = h4 * 64 + (h5 / 16384) * above
  const slope = (h2 / 65536) * (1 + (h6 / 67108864) * above * (1 + (h3 / 67108864) * above))
  const plain = (raw - offset) * slope
  return plain * (1 - (h1 * plain) / 524288)
}

/** The raw value of up to `bits` bits for which `compensate` comes closest to `wanted`. It rises or falls all the way. */
export function rawFor(wanted: number, bits: number, compensate: (raw: number) => number): number {
  let [low, high] = [0, 2 ** bits - 1]
  const rises = compensate(high) > compensate(low)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (compensate(middle) < wanted === rises) low = middle
    else high = middle
  }
  return Math.abs(compensate(low) - wanted) < Math.abs(compensate(high) - wanted) ? low : high
}

/** Table 16: where each value stands. Answers the registers 0x88 to 0xa1 and 0xe1 to 0xe7. */
export function trimmingRegisters({ t, p, h: [h1, h2, h3, h4, h5, h6] }: Trimming): ReadonlyMap<number, number> {
  const registers = new Map<number, number>()
  const put = (first: number, bytes: readonly number[]) => {
    for (const [at, byte] of bytes.entries()) registers.set(first + at, byte & 0xff)
  }
  put(
    0x88,
    [...t, ...p].flatMap((value) => [value, value >> 8]),
  )
  put(0xa1, [h1])
  // H4 and H5, of 12 bits each, share the byte in the middle.
  put(0xe1, [h2, h2 >> 8, h3, h4 >> 4, (h4 & 0xf) | ((h5 & 0xf) << 4), h5 >> 4, h6])
  return registers
}
