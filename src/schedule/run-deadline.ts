import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { RunOutcome } from './job.ts'

/**
 * Waits for a run, no longer than `timeoutMs`. Aborting ends it, here or by whoever has the `aborter`; one that does not
 * heed that is left alone after `limits.stopGraceMs`. Never rejects: what went wrong is the outcome.
 */
export async function endInTime(
  work: () => Promise<RunOutcome>,
  {
    clock,
    aborter,
    timeoutMs,
  }: { readonly clock: Clock; readonly aborter: AbortController; readonly timeoutMs: number },
): Promise<RunOutcome> {
  const { signal } = aborter
  const { promise: gaveUp, reject: giveUp } = Promise.withResolvers<never>()
  let grace: { cancel(): void } | undefined
  const onAbort = (): void => {
    grace = clock.after(limits.stopGraceMs, () => giveUp(signal.reason))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const timer = clock.after(timeoutMs, () =>
    aborter.abort(new PincerError('stopped', `it took longer than ${formatDuration(timeoutMs)} and was ended.`)),
  )
  try {
    const outcome = await Promise.race([work(), gaveUp])
    // Whoever heeds the signal says only that it was stopped.
    return outcome.kind === 'failed' && signal.aborted ? { kind: 'failed', why: sentenceOf(signal.reason) } : outcome
  } catch (error) {
    return { kind: 'failed', why: sentenceOf(signal.aborted ? signal.reason : error) }
  } finally {
    timer.cancel()
    grace?.cancel()
  }
}
