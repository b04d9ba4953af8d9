/** Waits that double from one to the next, with some chance so that two who collide part. Milliseconds. */
export class BackOff {
  readonly #firstMs: number
  readonly #maxMs: number
  readonly #chance: () => number
  #tries = 0

  /** Never shorter than `firstMs`, never longer than `maxMs`. `chance` answers 0 to 1. */
  constructor(options: { readonly firstMs: number; readonly maxMs: number; readonly chance: () => number }) {
    this.#firstMs = options.firstMs
    this.#maxMs = options.maxMs
    this.#chance = options.chance
  }

  nextMs(): number {
    const spread = 1.25
    // Beyond 2^20 nothing grows any more, and months of tries must not count to infinity.
    const baseMs = Math.min(this.#firstMs * 2 ** Math.min(this.#tries, 20), this.#maxMs / spread)
    this.#tries++
    return Math.round(baseMs * (1 + (spread - 1) * this.#chance()))
  }

  reset(): void {
    this.#tries = 0
  }
}
