import type { I2cPort, I2cTransfer } from '../../src/hardware/ports.ts'
import type { FakeClock } from './fake-clock.ts'

/** One transaction as a data sheet draws it: what is written, what the chip answers, and how long it must have had. */
export interface Exchange {
  readonly write?: readonly number[]
  readonly answer?: readonly number[]
  /** At least so long after the exchange before. */
  readonly afterMs?: number
  /** Instead of an answer. */
  readonly fails?: Error
}

/** A bus that takes exactly these transactions, in this order. */
export function scriptedI2c(
  clock: FakeClock,
  script: readonly Exchange[],
): { readonly i2c: I2cPort; readonly left: () => number; readonly places: ReadonlySet<string> } {
  let at = 0
  let lastMs = clock.monotonicMs()
  const places = new Set<string>()
  const transfer = async ({ bus, address, write, readBytes }: I2cTransfer): Promise<Uint8Array> => {
    const { write: expected, answer, afterMs = 0, fails } = script[at++] ?? {}
    const asked = `write ${write?.join(' ')}, read ${readBytes}`
    const wanted = `write ${expected?.join(' ')}, read ${answer?.length}`
    if (fails === undefined && asked !== wanted) throw new TypeError(`transaction ${at}: ${asked}, expected ${wanted}`)
    const passedMs = clock.monotonicMs() - lastMs
    if (passedMs < afterMs) throw new TypeError(`transaction ${at} came after ${passedMs} ms, not ${afterMs}`)
    lastMs = clock.monotonicMs()
    places.add(`${bus} ${address}`)
    if (fails !== undefined) throw fails
    return Uint8Array.from(answer ?? [])
  }
  const i2c: I2cPort = { buses: async () => [1], scan: async () => [], transfer }
  return { i2c, left: () => script.length - at, places }
}

/** Turns the clock until the work has ended. */
export async function finish<Result>(clock: FakeClock, work: Promise<Result>): Promise<Result> {
  const watch = { ended: false }
  const end = (): void => {
    watch.ended = true
  }
  work.then(end, end)
  for (let step = 0; step < 2_000 && !watch.ended; step++) await clock.advance(1)
  return work
}
