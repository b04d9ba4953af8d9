import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Redact } from '../log.ts'
import type { Journal } from './journal.ts'
import { keyOf, type Pending } from './ledger.ts'
import type { JournalRecord } from './record.ts'
import type { Acceptance, Activity, DeadLetter, Inbound, Outbound } from './message.ts'

/**
 * Where channels and the agent meet. Bounded queues over one journal, one for all that comes in and one out for each
 * channel: an inbound message is on the disk before `accept` resolves; an outbound one stays there until it is
 * delivered or proven undeliverable.
 */
export class Bus {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #redact: Redact
  /** Messages on their way to the disk. */
  readonly #accepting = new Map<string, Promise<unknown>>()
  /** Keys of messages that the full disk did not take. */
  readonly #inMemory = new Set<string>()
  #onArriving: (message: Inbound) => void = () => undefined
  #onAccepted: (message: Inbound) => void = () => undefined
  #onOutbound: (message: Outbound) => void = () => undefined
  #onActivity: (activity: Activity) => void = () => undefined
  /** How many messages to each channel are on their way to the disk: they have their place already. */
  readonly #offering = new Map<string, number>()
  #waitingForRoom: (() => void)[] = []
  #count = 0

  constructor(options: { readonly journal: Journal; readonly clock: Clock; readonly redact: Redact }) {
    this.#journal = options.journal
    this.#clock = options.clock
    this.#redact = options.redact
  }

  /**
   * Told of a message while the disk is waited for: what needs no record may be made ready, and nothing may come of it
   * before `onAccepted` is told of this very object. One listener: the loop. It must not throw.
   */
  onArriving(listener: (message: Inbound) => void): void {
    this.#onArriving = listener
  }

  /** The agent's ear. One listener: the loop. */
  onAccepted(listener: (message: Inbound) => void): void {
    this.#onAccepted = listener
  }

  /** The channels' ear. One listener: the dispatcher. */
  onOutbound(listener: (message: Outbound) => void): void {
    this.#onOutbound = listener
  }

  onActivity(listener: (activity: Activity) => void): void {
    this.#onActivity = listener
  }

  show(activity: Activity): void {
    this.#onActivity('line' in activity ? { ...activity, line: this.#redact(activity.line) } : activity)
  }

  /**
   * Takes a message from a channel. `accepted` means on the disk: only then may the channel acknowledge it.
   * Commands have some room of their own, so that /stop arrives when the queue is full, and /stop alone reaches the
   * agent before it is on the disk. Rejects with `disk`.
   */
  async accept(message: Inbound): Promise<Acceptance> {
    const key = keyOf(message)
    if (this.#journal.ledger.knows(key)) return 'duplicate'
    const accepting = this.#accepting.get(key)
    if (accepting !== undefined) {
      // Acknowledging it again is right only once the first is on the disk.
      await accepting
      return 'duplicate'
    }
    const open = this.#journal.ledger.inboundCount + this.#accepting.size
    const room = limits.busMessagesMax + (isCommand(message.text) ? limits.busCommandsExtraMax : 0)
    if (open >= room) return 'full'
    // Redaction comes before the journal: what was a secret in a message is never written.
    const ageMs = message.ageMs === undefined ? this.#ageOf(message) : message.ageMs
    const clean = { ...message, text: this.#redact(message.text), ageMs }
    const writing = this.#keepInbound(key, clean)
    this.#accepting.set(key, writing)
    // A disk may stall for seconds, and a stop must not: it does no harm when it comes again because power went first.
    const stops = /^\s*\/stop\b/i.test(clean.text)
    if (stops) this.#onAccepted(clean)
    try {
      await writing
    } finally {
      this.#accepting.delete(key)
    }
    if (!stops) this.#onAccepted(clean)
    return 'accepted'
  }

  async #keepInbound(key: string, message: Inbound): Promise<void> {
    const record = { k: 'in', m: message } as const
    try {
      await this.#journal.append([record], { sync: true, whileSyncing: () => this.#onArriving(message) })
    } catch (error) {
      if (!isServedWithoutDisk(message.text)) throw error
      this.#journal.keepInMemory([record])
      this.#inMemory.add(key)
    }
  }

  /** By the wall clock, which a board without a battery has only once it finds a network. */
  #ageOf({ sentAtMs }: Inbound): number | null {
    const nowMs = this.#clock.nowMs()
    const leastMs = Math.max(sentAtMs, this.#journal.ledger.newestSentMs) - limits.clockSkewMaxMs
    return nowMs < leastMs ? null : Math.max(0, nowMs - sentAtMs)
  }

  /** The message of an earlier process with the age that counts now: old when accepted or since, it is old. */
  takenUpAgain(message: Inbound): Inbound {
    const ageMs = this.#ageOf(message)
    const before = message.ageMs === undefined ? 0 : message.ageMs
    return { ...message, ageMs: ageMs === null || before === null ? null : Math.max(before, ageMs) }
  }

  /** Accepted messages without an answer, oldest first. */
  pending(): readonly Pending[] {
    return this.#journal.ledger.pending()
  }

  /**
   * Journals a changing call of the turn that answers `messages`; it may run once this resolves. Answers its id.
   * `foreign`: whence text from outside came that was in view when it was written.
   */
  async callStarts(messages: readonly Inbound[], what: string, foreign?: string): Promise<string> {
    const call = { k: 'call', id: this.#nextId(), of: messages.map(keyOf), what: this.#redact(what) } as const
    const record = foreign === undefined ? call : { ...call, foreign }
    try {
      await this.#journal.append([record], { sync: true })
    } catch (error) {
      // A message that the disk does not know cannot be run again after a crash: its calls need no record there.
      if (!record.of.every((key) => this.#inMemory.has(key))) throw error
      this.#journal.keepInMemory([record])
    }
    return record.id
  }

  async callEnded(id: string): Promise<void> {
    // No fsync: losing this line makes a later notice less exact, never wrong.
    await this.#note({ k: 'ran', id })
  }

  /** Marks messages as tried again after a restart, so that one which kills the process is not tried for ever. */
  async startAgain(messages: readonly Inbound[]): Promise<void> {
    const record = { k: 'again', of: messages.map(keyOf) } as const
    try {
      await this.#journal.append([record], { sync: true })
    } catch {
      // A full disk must not keep the program from starting.
      this.#journal.keepInMemory([record])
    }
  }

  /**
   * Queues an outbound message and closes the messages that it answers, in one record. Waits while the queue of its
   * channel is full; `stopped` when the signal aborts first: nothing was written then. Without a signal it does not
   * wait: that is for the start, where each answer takes the place of a message that had been counted.
   * `sync: false` is for an answer that is on the disk elsewhere, from where a start would send it.
   */
  async send(
    message: Omit<Outbound, 'id' | 'answers'>,
    answered: readonly Inbound[],
    signal: AbortSignal | undefined,
    options: { readonly sync: boolean } = { sync: true },
  ): Promise<Outbound> {
    const { channel } = message
    if (signal === undefined) this.#offer(channel, 1)
    else await this.#takeRoom(channel, signal)
    const out: Outbound = {
      ...message,
      id: this.#nextId(),
      text: this.#redact(message.text),
      answers: answered.map((each) => each.id),
    }
    const record = { k: 'out', m: out, done: answered.map(keyOf) } as const
    try {
      await this.#journal.append([record], options)
    } catch {
      // The person gets the answer all the same; after a crash with a full disk the message is answered once more.
      this.#journal.keepInMemory([record])
    } finally {
      this.#offer(channel, -1)
    }
    for (const key of record.done) this.#inMemory.delete(key)
    this.#onOutbound(out)
    return out
  }

  /** Closes messages to which there is nothing to say. */
  async closeUnanswered(messages: readonly Inbound[]): Promise<void> {
    // Without an fsync: were it lost, the next start would close them again.
    await this.#note({ k: 'seen', of: messages.map(keyOf) })
  }

  /** Outbound messages not yet delivered, oldest first. */
  undelivered(): readonly Outbound[] {
    return this.#journal.ledger.outbound()
  }

  /** Delivered: forget it. */
  async sent(id: string): Promise<void> {
    // No fsync: after a power cut (not after a kill) a reply that was just delivered may come once more.
    await this.#note({ k: 'sent', id })
    this.#roomCameFree()
  }

  /** Proven undeliverable: it leaves the queue, and is kept to be told of. */
  async undeliverable(message: Outbound, reason: string): Promise<void> {
    const { id, channel, chat } = message
    const letter = { id, channel, chat, text: beginning(message.text), atMs: this.#clock.nowMs() }
    // What a server answers as its reason may repeat what it was sent.
    await this.#note({ k: 'dead', m: { ...letter, why: beginning(this.#redact(reason)) } })
    this.#roomCameFree()
  }

  /** What could not be delivered in the last days, oldest first. */
  deadLetters(): readonly DeadLetter[] {
    this.#journal.ledger.forgetOld(this.#clock.nowMs())
    return this.#journal.ledger.deadLetters()
  }

  /** True when `send` to this channel would not have to wait. */
  hasRoom(channel: string): boolean {
    const { ledger } = this.#journal
    return ledger.outboundCount(channel) + (this.#offering.get(channel) ?? 0) < limits.busMessagesMax
  }

  #roomCameFree(): void {
    for (const go of this.#waitingForRoom.splice(0)) go()
  }

  async #note(record: JournalRecord): Promise<void> {
    try {
      await this.#journal.append([record], { sync: false })
    } catch {
      this.#journal.keepInMemory([record])
    }
  }

  /** Takes it in the same step in which it was seen, so that two who wait never take the same place. */
  async #takeRoom(channel: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw new PincerError('stopped', 'Stopped before the reply was queued.')
      if (this.hasRoom(channel)) break
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', go)
          resolve()
        }
        signal.addEventListener('abort', go, { once: true })
        this.#waitingForRoom.push(go)
      })
    }
    this.#offer(channel, 1)
  }

  #offer(channel: string, change: 1 | -1): void {
    this.#offering.set(channel, (this.#offering.get(channel) ?? 0) + change)
  }

  /** Unique also over restarts and when the wall clock went back: time, a count, and some chance. */
  #nextId(): string {
    this.#count = (this.#count + 1) % 36 ** 3
    const chance = Math.floor(Math.random() * 36 ** 4)
    return `${this.#clock.nowMs().toString(36)}-${this.#count.toString(36)}${chance.toString(36).padStart(4, '0')}`
  }
}

function beginning(text: string): string {
  return text.slice(0, limits.deadLetterCharsMax).toWellFormed()
}

/**
 * Making outputs safe must not wait for a disk: if power goes now, this order is lost, as is the power. What only reads
 * is answered at once, and whoever gets no answer asks again.
 */
function isServedWithoutDisk(text: string): boolean {
  return /^\s*\/(stop|off)\b/i.test(text) || (isCommand(text) && /^\s*\/(read|status|help|whoami)\b/i.test(text))
}

/** Commands are handled without the model and never wait behind a turn. */
export function isCommand(text: string): boolean {
  return /^\s*\/[a-z0-9_]{1,32}(@\w+)?(\s|$)/i.test(text)
}
