import type { Clock } from '../../clock.ts'

/**
 * A signal that aborts `graceMs` after the given ones: what is on its way to Telegram when the program stops is given a
 * moment to be answered, else nobody knows whether it arrived and it is sent again. `end` lets go of them.
 */
export function withGrace(
  clock: Clock,
  graceMs: number,
  signals: readonly AbortSignal[],
): { readonly signal: AbortSignal; end(): void } {
  const late = new AbortController()
  let timer: { cancel(): void } | undefined
  const onAbort = (): void => {
    timer ??= clock.after(graceMs, () => late.abort())
  }
  for (const signal of signals) {
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  }
  return {
    signal: late.signal,
    end() {
      timer?.cancel()
      for (const signal of signals) signal.removeEventListener('abort', onAbort)
    },
  }
}
