import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'

/** Whether another poller has come to stay, which its owner must hear of once: Telegram still takes what we send. */
export class ConflictWatch {
  readonly #clock: Clock
  readonly #tell: (sentence: string) => void
  #sinceMs = 0
  #lastMs: number | undefined
  #isTold = false

  constructor(clock: Clock, tell: (sentence: string) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  happened(sentence: string): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#lastMs === undefined || nowMs - this.#lastMs >= limits.telegramConflictOverMs) {
      this.#sinceMs = nowMs
      this.#isTold = false
    }
    this.#lastMs = nowMs
    if (this.#isTold || nowMs - this.#sinceMs < limits.telegramConflictToldMs) return
    this.#isTold = true
    this.#tell(`I do not get all your messages: ${sentence}`)
  }
}
