import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { isPincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { type Recipient, sendToPerson } from './recipients.ts'

interface Way {
  readonly bus: Pick<Bus, 'send' | 'hasRoom'>
  readonly recipients: () => readonly Recipient[]
}

/**
 * Tells the first owner who can be written to what went wrong with the board itself. What happens before there is a way
 * to the owner waits for it; of each kind one sentence is told in a while, however often it happens.
 */
export class OwnerNotices {
  readonly #clock: Clock
  readonly #log: Log
  /** Monotonic ms of when each kind was told last. */
  readonly #toldMs = new Map<string, number>()
  #waiting: string[] = []
  #way: Way | undefined

  constructor(options: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Waits for nothing and never fails. */
  tell(kind: string, sentence: string): void {
    const nowMs = this.#clock.monotonicMs()
    const toldMs = this.#toldMs.get(kind)
    if (toldMs !== undefined && nowMs - toldMs < limits.ownerNoticeGapMs) return
    this.#toldMs.set(kind, nowMs)
    if (this.#way === undefined) this.#waiting.push(sentence)
    else void this.#send(this.#way, sentence)
  }

  /** The channels know their people now. */
  start(way: Way): void {
    this.#way = way
    for (const sentence of this.#waiting.splice(0)) void this.#send(way, sentence)
  }

  async #send({ bus, recipients }: Way, sentence: string): Promise<void> {
    const known = recipients()
    // Where there is nobody to write to, the log has said it.
    if (known.length === 0) return
    try {
      await sendToPerson({ bus, recipients: known }, sentence, undefined)
    } catch (error) {
      if (!isPincerError(error)) throw error
      this.#log.warn('channels', `The owner was not told: ${error.message}`)
    }
  }
}
