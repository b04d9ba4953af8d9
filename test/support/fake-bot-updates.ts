import type { Clock, Timer } from '../../src/clock.ts'
import { badRequest, Refusal, type Parameters } from './fake-bot-request.ts'

export type UpdateKind =
  | 'message'
  | 'edited_message'
  | 'channel_post'
  | 'callback_query'
  | 'my_chat_member'
  | 'chat_member'
  | 'message_reaction'

export interface Update {
  readonly update_id: number
  readonly [kind: string]: unknown
}

interface Poll {
  readonly offset: number
  readonly limit: number
  readonly timer: Timer
  readonly answer: (updates: readonly Update[]) => void
  readonly refuse: (refusal: Refusal) => void
}

/** Kinds that nobody gets without asking for them. */
const onRequest = new Set<string>(['chat_member', 'message_reaction', 'message_reaction_count'])
const secondPoller = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'
const underWebhook =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"

/** The queue of updates of one bot, and the one poll that may wait for it. */
export class UpdateQueue {
  webhookUrl = ''
  readonly #clock: Clock
  #pending: Update[] = []
  #forgotten: Update[] = []
  #again: readonly Update[] = []
  #nextId: number
  #allowed: readonly string[] | undefined
  #poll: Poll | undefined
  #nextConflictAtMs = 0

  constructor(clock: Clock, firstId = 700_000_001) {
    this.#clock = clock
    this.#nextId = firstId
  }

  get pendingCount(): number {
    return this.#pending.length
  }

  get pendingIds(): readonly number[] {
    return this.#pending.map((update) => update.update_id)
  }

  get isPolled(): boolean {
    return this.#poll !== undefined
  }

  /** Kinds that were not asked for do not come into being: to ask for them later does not bring them back. */
  add(kind: UpdateKind, payload: unknown): number | undefined {
    const isAllowed = this.#allowed === undefined ? !onRequest.has(kind) : this.#allowed.includes(kind)
    if (!isAllowed) return undefined
    return this.addRaw({ update_id: this.#nextId++, [kind]: payload })
  }

  /** As it is, whatever its number and its kind. */
  addRaw(update: Update): number {
    this.#pending.push(update)
    this.#wake()
    return update.update_id
  }

  /** The last `count` updates that were confirmed are given once more, as after a loss on the server's side. */
  repeat(count: number): void {
    this.#again = this.#forgotten.slice(-count)
    this.#wake()
  }

  get(parameters: Parameters, closed: AbortSignal): Promise<readonly Update[]> {
    if (this.webhookUrl !== '') throw new Refusal(409, underWebhook)
    this.allow(parameters.json('allowed_updates'))
    const offset = parameters.number('offset') ?? 0
    const limit = Math.min(Math.max(1, parameters.number('limit') ?? 100), 100)
    const timeoutMs = Math.min(Math.max(0, parameters.number('timeout') ?? 0), 50) * 1_000
    this.#confirm(offset)
    const due = this.#due(offset, limit)
    if (due.length > 0 || timeoutMs === 0) return Promise.resolve(due)
    this.#endPoll(secondPoller)
    return new Promise((answer, refuse) => {
      const timer = this.#clock.after(timeoutMs, () => end())
      const poll: Poll = { offset, limit, timer, answer, refuse }
      const end = (): void => {
        if (this.#poll === poll) this.#poll = undefined
        timer.cancel()
        answer([])
      }
      closed.addEventListener('abort', end, { once: true })
      this.#poll = poll
    })
  }

  /** Kept until another list is given. An empty one means the usual kinds. */
  allow(kinds: unknown): void {
    if (kinds === undefined) return
    if (!Array.isArray(kinds)) throw badRequest('allowed_updates must be an Array of String')
    this.#allowed = kinds.length === 0 ? undefined : kinds.map(String)
  }

  setWebhook(url: string): void {
    if (url !== '') this.#endPoll('Conflict: terminated by setWebhook request')
    this.webhookUrl = url
  }

  drop(): void {
    this.#pending = []
  }

  stop(): void {
    this.#poll?.timer.cancel()
    this.#poll?.answer([])
    this.#poll = undefined
  }

  /** What an offset goes beyond is forgotten for good; a negative one keeps only the last. */
  #confirm(offset: number): void {
    const isConfirmed = (update: Update, index: number): boolean =>
      offset < 0 ? index < this.#pending.length + offset : update.update_id < offset
    this.#forgotten.push(...this.#pending.filter(isConfirmed))
    this.#pending = this.#pending.filter((update, index) => !isConfirmed(update, index))
  }

  #due(offset: number, limit: number): readonly Update[] {
    const again = this.#again
    this.#again = []
    const fresh = this.#pending.filter((update) => offset <= 0 || update.update_id >= offset)
    return [...again, ...fresh].slice(0, limit)
  }

  #wake(): void {
    const poll = this.#poll
    if (poll === undefined) return
    const due = this.#due(poll.offset, poll.limit)
    if (due.length === 0) return
    this.#poll = undefined
    poll.timer.cancel()
    poll.answer(due)
  }

  /** The older poll is the one that is ended. A second conflict within three seconds is told only after three more. */
  #endPoll(description: string): void {
    const poll = this.#poll
    if (poll === undefined) return
    this.#poll = undefined
    poll.timer.cancel()
    const nowMs = this.#clock.monotonicMs()
    const refuse = (): void => poll.refuse(new Refusal(409, description))
    if (nowMs >= this.#nextConflictAtMs) {
      this.#nextConflictAtMs = nowMs + 3_000
      refuse()
    } else this.#clock.after(3_000, refuse)
  }
}
