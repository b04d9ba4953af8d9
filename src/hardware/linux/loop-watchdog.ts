import { limits } from '../../limits.ts'
import type { Addon, HeldLine } from '../native/addon.ts'
import type { Level } from '../ports.ts'

/** One output under the watchdog. */
export interface Watched {
  /** Before it is driven away from where the watchdog would drive it: from now on it would. */
  away(): void
  /** After it was driven back, and before its line is given back: there is nothing left to do for it. */
  back(): void
}

/**
 * The watchdog of the event loop, started with the first output that is away from its safe level. While all are safe it
 * costs nothing; else the loop feeds it every few seconds.
 */
export class LoopWatchdog {
  readonly #addon: () => Addon
  readonly #listeners: (() => void)[] = []
  #isStarted = false

  constructor(addon: () => Addon) {
    this.#addon = addon
  }

  onStuck(tell: () => void): void {
    this.#listeners.push(tell)
  }

  watchLine(line: HeldLine, whenStuck: Level): Watched {
    return this.#watch((addon) => addon.watchdogAddLine(line, whenStuck))
  }

  /** An output that is a file of sysfs: `text` is written to it. */
  watchFile(fd: number, text: string): Watched {
    return this.#watch((addon) => addon.watchdogAddFile(fd, text))
  }

  close(): void {
    if (this.#isStarted) this.#addon().watchdogStop()
    this.#isStarted = false
  }

  #watch(add: (addon: Addon) => number): Watched {
    let number: number | undefined
    return {
      away: () => {
        number ??= add(this.#started())
      },
      back: () => {
        if (number !== undefined) this.#addon().watchdogRemove(number)
        number = undefined
      },
    }
  }

  #started(): Addon {
    const addon = this.#addon()
    if (!this.#isStarted) {
      addon.watchdogStart(limits.loopStuckMs, () => {
        for (const tell of this.#listeners) tell()
      })
    }
    this.#isStarted = true
    return addon
  }
}
