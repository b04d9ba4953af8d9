import { sleep, type Clock } from '../../clock.ts'
import { isPincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Called, CallFailure } from './api.ts'
import { BackOff } from './back-off.ts'

export interface TryAgainOptions {
  readonly clock: Clock
  readonly chance: () => number
  readonly triesMax: number
  /** Ends the waits between the tries, not a call that runs. */
  readonly signal: AbortSignal
}

/** Calls until it succeeds, can never succeed, was tried often enough, or is not wanted any more. */
export async function tryAgain<T>(call: () => Promise<Called<T>>, options: TryAgainOptions): Promise<Called<T>> {
  const { clock, chance, triesMax, signal } = options
  const backOff = new BackOff({ firstMs: limits.telegramRetryMs, maxMs: limits.telegramRetryMaxMs, chance })
  for (let tries = 1; ; tries++) {
    const called = await call()
    if (called.ok || !mayRepeat(called.failure) || tries >= triesMax) return called
    try {
      await sleep(clock, retryAfterMs(called.failure, backOff), signal)
    } catch (error) {
      if (isPincerError(error)) return called
      throw error
    }
  }
}

/** Whether the same call may succeed later. */
export function mayRepeat(failure: CallFailure): boolean {
  switch (failure.kind) {
    case 'retryable':
    case 'conflict':
    case 'bad-token':
      return true
    case 'permanent':
    case 'migrated':
    case 'stopped':
      return false
  }
}

/** Whether there is nothing left to try: it was done, or never can be. */
export function isSettled(called: Called<unknown>): boolean {
  return called.ok || (!mayRepeat(called.failure) && called.failure.kind !== 'stopped')
}

/** How long to wait before the next try. */
export function retryAfterMs(failure: CallFailure, backOff: BackOff): number {
  if (failure.kind === 'bad-token') return limits.telegramBadTokenRetryMs
  const leastMs = failure.kind === 'retryable' ? (failure.afterMs ?? 0) : 0
  return Math.max(backOff.nextMs(), leastMs)
}
