import type { Outbound } from '../../bus/message.ts'
import { sleep, type Clock } from '../../clock.ts'
import { PincerError, sentenceOf } from '../../errors.ts'
import { errorName } from '../../files.ts'
import { limits } from '../../limits.ts'
import { newMessageId, type TerminalLink, type TerminalPeer } from './terminal-peer.ts'

/** A peer for scripts: it says one thing at a time and waits for the reply; it can be asked nothing. */
export class ScriptPeer implements TerminalPeer {
  readonly interactive = false
  readonly #show: (message: Outbound, isReply: boolean) => Promise<void>
  readonly #open = new Map<string, (reply: Outbound) => void>()
  readonly #over = new AbortController()
  #outputGone = false

  /** `show` prints a message and resolves once it is written; `isReply`: it answers what this peer said. */
  constructor(show: (message: Outbound, isReply: boolean) => Promise<void>) {
    this.#show = show
  }

  /** Aborts when nothing more can be said or read here. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  /** True when the reader of our output has left, as `head` does: what remains is to leave quietly. */
  get outputGone(): boolean {
    return this.#outputGone
  }

  async outbound(message: Outbound): Promise<void> {
    const ours = message.answers.filter((id) => this.#open.has(id))
    try {
      await this.#show(message, ours.length > 0)
    } catch (error) {
      this.#outputGone = errorName(error) === 'EPIPE'
      this.ended(`The reply cannot be written: ${sentenceOf(error)}.`)
      throw error
    }
    for (const id of ours) this.#open.get(id)?.(message)
  }

  /** Says `text`, again while the bus is full, and waits for its reply. Rejects with `stopped`, `usage` or `disk`. */
  async exchange(link: TerminalLink, text: string, waiting: { readonly clock: Clock; readonly onFull: () => void }) {
    const id = newMessageId()
    const reply = new Promise<Outbound>((resolve) => this.#open.set(id, resolve))
    try {
      while ((await link.say({ id, text })) === 'full') {
        waiting.onFull()
        await this.orOver(sleep(waiting.clock, limits.terminalFullRetryMs, this.over))
      }
      return await this.orOver(reply)
    } finally {
      this.#open.delete(id)
    }
  }

  /** Waits for `promise`; rejects with `stopped` and the reason as soon as this peer is over. */
  async orOver<T>(promise: Promise<T>): Promise<T> {
    const over = Promise.withResolvers<never>()
    const onOver = (): void => over.reject(new PincerError('stopped', String(this.over.reason)))
    if (this.over.aborted) onOver()
    this.over.addEventListener('abort', onOver, { once: true })
    try {
      return await Promise.race([over.promise, promise])
    } finally {
      this.over.removeEventListener('abort', onOver)
      promise.catch(() => undefined)
    }
  }

  ended(sentence: string): void {
    this.#over.abort(sentence)
  }

  activity(): void {}

  question(): void {}

  withdraw(): void {}
}
