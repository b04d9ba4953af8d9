import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'

export type TroubleKind = 'network' | 'conflict' | 'bad-token' | 'updates'

export interface Trouble {
  readonly sentence: string
  readonly ageMs: number
  readonly isOver: boolean
}

/** What went wrong with Telegram, said once: one that lasts or comes and goes is no news. */
export class Troubles {
  readonly #clock: Clock
  readonly #log: Log
  /** Monotonic ms of when each kind last happened. */
  readonly #lastMs = new Map<TroubleKind, number>()
  #last: { readonly sentence: string; readonly atMs: number } | undefined
  #isOver = true
  /** Somebody reads the log and waits for the end of what was said there. */
  #owesEnd = false

  constructor(options: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = options.clock
    this.#log = options.log
  }

  happened(kind: TroubleKind, sentence: string): void {
    const nowMs = this.#clock.monotonicMs()
    const lastMs = this.#lastMs.get(kind)
    const isNews = lastMs === undefined || nowMs - lastMs >= limits.telegramToldAgainMs
    this.#lastMs.set(kind, nowMs)
    this.#last = { sentence, atMs: nowMs }
    this.#isOver = false
    if (!isNews) return
    this.#owesEnd = true
    this.#log.warn('telegram', sentence)
  }

  over(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#owesEnd) this.#log.info('telegram', 'Telegram answers again.')
    this.#owesEnd = false
  }

  last(): Trouble | undefined {
    if (this.#last === undefined) return undefined
    const { sentence, atMs } = this.#last
    return { sentence, ageMs: this.#clock.monotonicMs() - atMs, isOver: this.#isOver }
  }
}
