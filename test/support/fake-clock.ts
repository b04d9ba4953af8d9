import type { Clock, Timer } from '../../src/clock.ts'

/** A clock that moves only when a test turns it. Wall and monotonic time can be moved apart, as on a real board. */
export class FakeClock implements Clock {
  bootId = 'boot-1'
  /** Turned off, it is a board without a battery that no time server has answered yet. */
  isSet = true
  #wallMs: number
  #monotonicMs = 1_000_000
  #timers: { readonly atMs: number; readonly order: number; readonly callback: () => void }[] = []
  #order = 0

  constructor(start = '2026-11-21T12:00:00Z') {
    this.#wallMs = Date.parse(start)
  }

  nowMs(): number {
    return this.#wallMs
  }

  wallIsSet(): boolean {
    return this.isSet
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.push(timer)
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((each) => each !== timer)
      },
    }
  }

  /**
   * Turns both clocks forward, running what falls due in order, and lets promises settle after each timer: `settled` waits
   * for what a round of them does not see, a disk.
   */
  async advance(durationMs: number, settled: () => Promise<void> = settle): Promise<void> {
    const endMs = this.#monotonicMs + durationMs
    await settled()
    for (;;) {
      const next = this.#timers
        .filter((t) => t.atMs <= endMs)
        .toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
      if (next === undefined) break
      this.#move(Math.max(0, next.atMs - this.#monotonicMs))
      this.#timers = this.#timers.filter((each) => each !== next)
      next.callback()
      await settled()
    }
    this.#move(endMs - this.#monotonicMs)
    await settled()
  }

  /** The wall clock jumps, as when NTP corrects it; monotonic time does not. */
  jumpWall(byMs: number): void {
    this.#wallMs += byMs
  }

  /** The machine reboots after being off for `offMs`: timers are gone, monotonic time starts again. */
  reboot(offMs: number): void {
    this.#timers = []
    this.#wallMs += offMs
    this.#monotonicMs = 5_000
    this.bootId = `boot-${Number(this.bootId.slice(5)) + 1}`
  }

  /** The process is killed (not the machine): its timers are gone, time goes on. */
  kill(): void {
    this.#timers = []
  }

  pendingTimers(): number {
    return this.#timers.length
  }

  #move(byMs: number): void {
    this.#monotonicMs += byMs
    this.#wallMs += byMs
  }
}

/** Lets every promise callback and every finished file operation that is already due run. */
export function settle(): Promise<void> {
  // One promise for all rounds: a day in fake time settles many thousand times, and tap watches each promise.
  return new Promise((resolve) => {
    let rounds = 5
    const next = (): void => void (--rounds === 0 ? resolve() : setImmediate(next))
    setImmediate(next)
  })
}
