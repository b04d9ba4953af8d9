import type { Clock } from './clock.ts'
import { formatDuration } from './duration.ts'
import { sentenceOf } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'

export interface StoppedPart {
  readonly name: string
  readonly stop: () => Promise<void>
}

/** In this order, each in its time; one that fails or hangs must not keep the outputs from becoming safe. */
export async function stopParts(
  parts: readonly StoppedPart[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  for (const part of parts) {
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = clock.after(limits.partStopTimeoutMs, () => resolve('late'))
    try {
      const end = await Promise.race([part.stop(), late])
      if (end === 'late') log.error('app', `${part.name} did not stop in ${formatDuration(limits.partStopTimeoutMs)}.`)
    } catch (error) {
      log.error('app', `${part.name} failed to stop: ${sentenceOf(error)}`)
    } finally {
      timer.cancel()
    }
  }
}
