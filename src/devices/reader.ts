import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import type { DeviceListener, Reading } from './device.ts'

/** What every kind of device is to `createDevices`: something that can be read. */
export interface Reader {
  readonly quantities: readonly string[]
  /** Fails with PincerError `hardware`: the sentence says why there is no reading. */
  read(): Promise<readonly Reading[]>
  /** The latest reading, without touching a line or a bus; none when it was never read or the latest attempt failed. */
  known(): readonly Reading[]
  /** Takes what is held as long as Pincer runs, such as a line. Fails with PincerError `hardware`; `read` tries again. */
  open?(): Promise<void>
  /** Tells what happens at it until the answer is called; `known` has the new state then. */
  watch?(listener: DeviceListener): () => void
  close?(): Promise<void>
}

/** What the readings of one device have in common. */
export interface ReadingFrame {
  readonly device: string
  readonly source: string
  readonly simulated: boolean
  readonly clock: Clock
}

/** The reading of a state; `measured`: when, if not now. */
export function stateReading(
  frame: ReadingFrame,
  value: Exclude<Reading['value'], number>,
  measured?: { readonly timeMs: number; readonly monotonicMs: number },
): Reading {
  const { device, source, simulated, clock } = frame
  const timeMs = measured?.timeMs ?? clock.nowMs()
  const ageMs = measured === undefined ? 0 : clock.monotonicMs() - measured.monotonicMs
  return { device, quantity: 'state', value, unit: '', timeMs, ageMs, source, simulated }
}

/** Waits for `work`, but no longer than until `signal` aborts: then fails with PincerError `stopped`; the work goes on. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const stopped = (): PincerError => new PincerError('stopped', 'Reading the devices was stopped.')
  let onAbort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(stopped())
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
