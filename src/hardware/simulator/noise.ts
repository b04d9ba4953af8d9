/**
 * Small noise that is the same in every run: mulberry32, seeded for each chip. `next()` is between -1 and 1, the sum of
 * two draws, so that small values are the common ones.
 */
export interface Noise {
  next(): number
}

export function createNoise(seed: number): Noise {
  let state = seed >>> 0
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { next: () => draw() + draw() - 1 }
}
