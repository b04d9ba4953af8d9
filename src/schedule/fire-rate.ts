import { hourMs } from '../duration.ts'
import { limits } from '../limits.ts'

/** How often one rule fired lately. Monotonic milliseconds. */
export class FireRate {
  readonly #gapMs: number
  #firedMs: readonly number[] = []

  constructor(gapMs: number) {
    this.#gapMs = gapMs
  }

  /** From when on it may fire again: after the gap, and where it fired too often within an hour, when that is over. */
  nextMs(nowMs: number): { readonly gapMs: number; readonly hourMs: number } {
    const recent = this.#firedMs.filter((atMs) => atMs > nowMs - hourMs)
    const last = recent.at(-1)
    const oldest = recent.at(-limits.ruleFiresPerHourMax)
    return {
      gapMs: last === undefined ? nowMs : last + this.#gapMs,
      hourMs: oldest === undefined ? nowMs : oldest + hourMs,
    }
  }

  note(nowMs: number): void {
    this.#firedMs = [...this.#firedMs.filter((atMs) => atMs > nowMs - hourMs), nowMs]
  }
}
