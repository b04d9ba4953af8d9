import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { Handled } from './poll-loop.ts'
import { RecentIds } from './recent-ids.ts'

export interface RefusalsOptions {
  readonly clock: Clock
  /** Says it; `again` when it could not be said now. */
  readonly say: (chat: string, text: string) => Promise<Handled>
}

/**
 * Messages that were not taken. Telegram brings one again whose refusal could not be said, or perhaps was: it stays
 * refused then, though there may be room by now. Who was told no must not see it done.
 */
export class Refusals {
  readonly #options: RefusalsOptions
  readonly #refused = new RecentIds(limits.telegramRefusedIdsMax)
  /** Monotonic ms of when a chat was told last that nothing is taken; least recent first. */
  readonly #toldMs = new Map<string, number>()

  constructor(options: RefusalsOptions) {
    this.#options = options
  }

  has(updateId: string): boolean {
    return this.#refused.has(updateId)
  }

  refuse(updateId: string, chat: string, text: string): Promise<Handled> {
    this.#refused.add(updateId)
    return this.#options.say(chat, text)
  }

  /** For a trouble that lasts: a flood of messages is told once in a while, which `text` must say. */
  async refuseUntilMended(updateId: string, chat: string, text: string): Promise<Handled> {
    const nowMs = this.#options.clock.monotonicMs()
    const toldMs = this.#toldMs.get(chat)
    if (toldMs !== undefined && nowMs - toldMs < limits.telegramRefusalGapMs) {
      this.#refused.add(updateId)
      return 'done'
    }
    const said = await this.refuse(updateId, chat, text)
    if (typeof said !== 'string') return said
    this.#toldMs.delete(chat)
    this.#toldMs.set(chat, nowMs)
    const [oldest] = this.#toldMs.keys()
    if (oldest !== undefined && this.#toldMs.size > limits.telegramRefusedIdsMax) this.#toldMs.delete(oldest)
    return said
  }

  /** A message of this chat was taken: the next refusal is news. */
  taken(chat: string): void {
    this.#toldMs.delete(chat)
  }
}
