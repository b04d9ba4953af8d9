import { setTimeout as sleep } from 'node:timers/promises'

/** Lets things go on in the order in which they come. */
export type Way = (goOn: () => void) => void

/**
 * A way between the test and its board. With BOARD_JITTER=SEED:MAX_MS in the environment each thing on it is held up for as
 * long as chance will have it, up to so many milliseconds; what comes behind it waits. The same seed has the same chances.
 */
export function wayOf(name: string): Way {
  const [seed, maxMs] = (process.env['BOARD_JITTER'] ?? '').split(':')
  if (seed === undefined || maxMs === undefined) return (goOn) => goOn()
  const chance = chancesOf(`${seed} ${name}`)
  let last = Promise.resolve()
  return (goOn) => {
    last = last.then(() => sleep(chance() * Number(maxMs))).then(goOn)
  }
}

/** Numbers between 0 and 1, the same ones for the same words: the generator is mulberry32. */
function chancesOf(words: string): () => number {
  let state = Buffer.from(words).reduce((sum, byte) => Math.imul(sum, 31) + byte, 7)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
