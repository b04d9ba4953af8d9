import type { SwitchConfig } from '../config/config.ts'
import type { Asker, SwitchState } from './device.ts'

/** `unknown`: the last write to the line failed, or the line cannot be had; it may be on. */
export type OutputState = SwitchState | 'unknown'

/** When an output leaves a state by itself. All times are monotonic milliseconds of the present boot. */
export interface Ends {
  /** It is switched back then: the earlier of `for` and maxOn. */
  readonly endsMs: number | undefined
  /** The latest `endsMs` that maxOn allows, counted from when it went on. */
  readonly latestMs: number | undefined
}

/** A switch out of the safe state that is still to come: after `off for 10m`, or to restore after a restart. */
export interface Back extends Ends {
  readonly atMs: number
}

/** What an output does and is about to do. Immutable: each change makes a new one. */
export interface OutputStatus extends Ends {
  readonly state: OutputState
  /** What it was last on with, for outputs with a scale. */
  readonly percent?: number | undefined
  /** Since when; `undefined` when nothing was ever recorded. */
  readonly sinceMs: number | undefined
  readonly back: Back | undefined
  /** Switchings of the last minute, oldest first; kept only for outputs with `perMinute`. */
  readonly switchesMs: readonly number[]
  /** Why it was switched to this state, in words behind "switched off", when nobody asked for it at that moment. */
  readonly cause: string | undefined
  /** Who asked for it last; driving it safe keeps this, so that it is known whom that concerns. */
  readonly asker: Asker | undefined
}

/** Causes that are no person's wish at that moment. Driving safe names its own. */
export const causes = {
  maxOn: 'by maxOn',
  timeOver: 'as its time was over',
  start: 'when Pincer started',
  stop: 'when Pincer stopped',
  fault: 'after a fault of its line',
} as const

/** What a switching leads to. */
export type Plan = Ends & { readonly back: Back | undefined }

export const rateWindowMs = 60_000

export const noEnds: Ends = { endsMs: undefined, latestMs: undefined }

/** Of an output of which nothing was ever recorded. */
export function freshStatus(state: OutputState): OutputStatus {
  return { state, sinceMs: undefined, ...noEnds, back: undefined, switchesMs: [], cause: undefined, asker: undefined }
}

/** The status after the line was switched at `nowMs`. */
export function switched(
  before: OutputStatus,
  to: {
    readonly state: SwitchState
    readonly plan: Plan
    readonly cause: string | undefined
    readonly asker: Asker | undefined
    readonly percent?: number | undefined
  },
  config: SwitchConfig,
  nowMs: number,
): OutputStatus {
  const { state, plan, cause, asker, percent = before.percent } = to
  const recent = before.switchesMs.filter((atMs) => atMs > nowMs - rateWindowMs)
  return {
    state,
    percent,
    sinceMs: nowMs,
    endsMs: plan.endsMs,
    latestMs: plan.latestMs,
    back: plan.back,
    switchesMs: config.perMinute === undefined ? [] : [...recent, nowMs],
    cause,
    asker,
  }
}

/** What the state is driven with. */
export function percentOf({ scale }: SwitchConfig, state: SwitchState, percent: number | undefined): number {
  switch (state) {
    case 'on':
      // A range that was made narrower holds at once.
      return scale === undefined ? 100 : Math.min(Math.max(percent ?? scale.max, scale.min), scale.max)
    case 'off':
      return scale?.safe ?? 0
  }
}

export function oppositeOf(state: SwitchState): SwitchState {
  switch (state) {
    case 'on':
      return 'off'
    case 'off':
      return 'on'
  }
}

/** The earlier of two times that may not exist. */
export function earlier(first: number | undefined, second: number | undefined): number | undefined {
  if (first === undefined) return second
  if (second === undefined) return first
  return Math.min(first, second)
}
