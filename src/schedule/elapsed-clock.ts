import type { Clock } from '../clock.ts'

/** When something was written down: what had elapsed, and the wall clock; `isSet`: something had set that. */
export interface Stamp {
  readonly elapsedMs: number
  readonly wallMs: number
  readonly isSet: boolean
}

/** How what has elapsed follows from the monotonic clock of one boot. */
export interface BootBase {
  readonly bootId: string
  readonly offsetMs: number
  /** The last stamp of the boot before, until a clock that is set has told how long the board was off. */
  readonly open?: Pick<Stamp, 'elapsedMs' | 'wallMs'>
}

/**
 * The time that `in` and `every` count: by the monotonic clock while the board is up, whatever the wall clock does. How
 * long it was off the wall clock tells, where something has set it, then and now; else that time does not count, until
 * it is known. It never goes back, and goes forward in a jump when that becomes known.
 */
export class ElapsedClock {
  readonly #clock: Clock
  #base: BootBase

  /** `last`: the newest stamp on the disk, `base`: the newest one of these; both absent where nothing is there yet. */
  constructor(clock: Clock, known: { readonly last?: Stamp | undefined; readonly base?: BootBase | undefined }) {
    this.#clock = clock
    const { last, base } = known
    if (base !== undefined && base.bootId === clock.bootId) {
      this.#base = base
    } else {
      const { elapsedMs, wallMs, isSet } = last ?? { elapsedMs: 0, wallMs: 0, isSet: false }
      this.#base = {
        bootId: clock.bootId,
        // It has been up for as long as its monotonic clock says.
        offsetMs: last === undefined ? -clock.monotonicMs() : elapsedMs,
        ...(isSet ? { open: { elapsedMs, wallMs } } : {}),
      }
    }
    this.settle()
  }

  get base(): BootBase {
    return this.#base
  }

  nowMs(): number {
    return this.#clock.monotonicMs() + this.#base.offsetMs
  }

  stamp(): Stamp {
    return { elapsedMs: this.nowMs(), wallMs: this.#clock.nowMs(), isSet: this.#clock.wallIsSet() }
  }

  /** Whether it waits for a clock that is set. */
  get isOpen(): boolean {
    return this.#base.open !== undefined
  }

  /** Counts the time off as soon as it is known. True when it became known. */
  settle(): boolean {
    const { open, ...base } = this.#base
    if (open === undefined || !this.#clock.wallIsSet()) return false
    const elapsedMs = open.elapsedMs + this.#clock.nowMs() - open.wallMs
    this.#base = { ...base, offsetMs: Math.max(base.offsetMs, elapsedMs - this.#clock.monotonicMs()) }
    return true
  }
}
