import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { isPincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { type Recipient, sendToPerson } from './recipients.ts'

/** The chat in which a person asked for something. */
interface Place {
  readonly channel: string
  readonly chat: string
  readonly person: string
}

interface Way {
  readonly bus: Pick<Bus, 'send' | 'hasRoom'>
  readonly recipients: () => readonly Recipient[]
  /** Whether this person is an owner now: rights may have gone since. */
  readonly isOwner: (place: Place) => boolean
}

interface Notice {
  readonly kind: string
  readonly sentence: string
  /** Where it is told; without one the first owner is. */
  readonly place?: Place | undefined
}

/**
 * Tells owners what happened without them. What happens before there is a way to them waits for it; of each kind one
 * sentence is told in a while, however often it happens.
 */
export class OwnerNotices {
  readonly #clock: Clock
  readonly #log: Log
  /** Monotonic ms of when each kind was told last. */
  readonly #toldMs = new Map<string, number>()
  /** Chats whose message is being taken, each with what is not said there meanwhile. */
  readonly #taking = new Set<{ readonly channel: string; readonly chat: string; readonly held: Notice[] }>()
  #waiting: Notice[] = []
  #way: Way | undefined

  constructor(options: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Tells the first owner who can be written to what went wrong with the board. Waits for nothing and never fails. */
  tell(kind: string, sentence: string): void {
    this.#tell({ kind, sentence }, limits.ownerNoticeGapMs)
  }

  /** Tells what an output did by itself where it was switched; where nobody knows that, the first owner. Never fails. */
  tellOfOutput(
    notice: { readonly device: string } & Omit<Notice, 'place'> & { readonly asker: Place | undefined },
  ): void {
    const { device, kind, sentence, asker } = notice
    this.#tell({ kind: `${kind} of ${device}`, sentence, place: asker }, limits.outputNoticeGapMs)
  }

  /** While a message is taken: a full disk that refuses it is told by its refusal, and not twice in one chat. */
  async during<T>({ channel, chat }: Pick<Place, 'channel' | 'chat'>, take: () => Promise<T>): Promise<T> {
    const taking = { channel, chat, held: [] }
    this.#taking.add(taking)
    try {
      const taken = await take()
      for (const notice of taking.held) if (this.#way !== undefined) void this.#send(this.#way, notice)
      return taken
    } finally {
      this.#taking.delete(taking)
    }
  }

  /** The channels know their people now. */
  start(way: Way): void {
    this.#way = way
    for (const notice of this.#waiting.splice(0)) void this.#send(way, notice)
  }

  #tell(notice: Notice, gapMs: number): void {
    const nowMs = this.#clock.monotonicMs()
    const toldMs = this.#toldMs.get(notice.kind)
    if (toldMs !== undefined && nowMs - toldMs < gapMs) return
    this.#toldMs.set(notice.kind, nowMs)
    const held = notice.kind === 'disk' ? this.#heldFor(this.#way?.recipients()[0]) : undefined
    if (held !== undefined) held.push(notice)
    else if (this.#way === undefined) this.#waiting.push(notice)
    else void this.#send(this.#way, notice)
  }

  #heldFor(owner: Recipient | undefined): Notice[] | undefined {
    return [...this.#taking].find(({ channel, chat }) => channel === owner?.channel && chat === owner.chat)?.held
  }

  async #send({ bus, recipients, isOwner }: Way, { sentence, place }: Notice): Promise<void> {
    try {
      if (place !== undefined && isOwner(place) && bus.hasRoom(place.channel)) {
        const { channel, chat } = place
        await bus.send({ channel, chat, text: sentence, failed: false }, [], new AbortController().signal)
        return
      }
      const known = recipients()
      // Where there is nobody to write to, the log has said it.
      if (known.length > 0) await sendToPerson({ bus, recipients: known }, sentence, undefined)
    } catch (error) {
      if (!isPincerError(error)) throw error
      this.#log.warn('channels', `The owner was not told: ${error.message}`)
    }
  }
}
