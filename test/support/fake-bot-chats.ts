import type { Clock } from '../../src/clock.ts'
import type { Keyboard } from './fake-bot-keyboard.ts'
import { badRequest, Refusal, tooManyRequests } from './fake-bot-request.ts'

export interface Person {
  readonly id: number
  readonly is_bot: boolean
  readonly first_name: string
  readonly username?: string
}

/** A message as the Bot API writes it; other fields (sticker, location, forward_origin) are added as they are. */
export interface Message {
  readonly message_id: number
  readonly date: number
  readonly chat: Readonly<Record<string, unknown>>
  readonly from?: Person
  readonly text?: string
  readonly caption?: string
  readonly entities?: readonly unknown[]
  readonly reply_markup?: Keyboard
  readonly message_thread_id?: number
  readonly [field: string]: unknown
}

export interface Stored {
  body: Message
  isDeleted: boolean
  readonly isFromBot: boolean
  /** What the sender said about the link preview and the sound. */
  isPreviewOff: boolean
  readonly isSilent: boolean
  readonly file?: { readonly name: string; readonly bytes: Buffer }
}

export type ChatType = 'private' | 'group' | 'supergroup'

export interface Chat {
  readonly id: number
  readonly type: ChatType
  readonly title: string
  readonly isForum: boolean
  readonly topics: Set<number>
  readonly messages: Map<number, Stored>
  access: 'open' | 'blocked' | 'kicked'
  migratedTo: number | undefined
  typingUntilMs: number
}

const firstSupergroupId = -1_000_000_000_000

/** The chats of one bot, with everything that was ever written in them. */
export class Chats {
  readonly #clock: Clock
  readonly #chats = new Map<number, Chat>()
  readonly #flood: FloodControl | undefined
  #lastMessageId: number

  constructor(clock: Clock, hasFloodControl: boolean, lastMessageId = 100) {
    this.#clock = clock
    this.#lastMessageId = lastMessageId
    this.#flood = hasFloodControl ? new FloodControl(clock) : undefined
  }

  /** The chat with this id, made where there is none: the sign of the id tells its type. */
  open(id: number, { title = `Chat ${id}`, isForum = false }: { title?: string; isForum?: boolean } = {}): Chat {
    const known = this.#chats.get(id)
    if (known !== undefined) return known
    const type: ChatType = id > 0 ? 'private' : id <= firstSupergroupId ? 'supergroup' : 'group'
    const topics = new Set<number>()
    const messages = new Map<number, Stored>()
    const more = { access: 'open', migratedTo: undefined, typingUntilMs: 0 } as const
    const chat: Chat = { id, type, title, isForum, topics, messages, ...more }
    this.#chats.set(id, chat)
    return chat
  }

  get(id: number): Chat | undefined {
    return this.#chats.get(id)
  }

  /** The chat that a call names, if the bot may write there. */
  writable(id: unknown): Chat {
    if (id === undefined) throw badRequest('chat_id is empty')
    const chat = typeof id === 'number' ? this.#chats.get(id) : undefined
    if (chat === undefined) throw badRequest('chat not found')
    if (chat.migratedTo !== undefined) {
      throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo })
    }
    if (chat.access === 'blocked') throw new Refusal(403, 'Forbidden: bot was blocked by the user')
    if (chat.access === 'kicked') throw new Refusal(403, `Forbidden: bot was kicked from the ${chat.type} chat`)
    return chat
  }

  /** Counts a message or an edit of the bot; refuses what is too quick. */
  spend(chat: Chat): void {
    this.#flood?.spend(chat)
  }

  /** Adds a message. `ageMs`: how long ago it was written. */
  add(
    chat: Chat,
    from: Person,
    fields: Readonly<Record<string, unknown>>,
    options: { ageMs?: number; isPreviewOff?: boolean; isSilent?: boolean; file?: NonNullable<Stored['file']> } = {},
  ): Stored {
    const { ageMs = 0, isPreviewOff = false, isSilent = false, file } = options
    // Supergroups count for themselves; all other chats of an account share one row of numbers.
    const id = chat.type === 'supergroup' ? Math.max(0, ...chat.messages.keys()) + 1 : ++this.#lastMessageId
    const date = Math.floor((this.#clock.nowMs() - ageMs) / 1_000)
    const body = { message_id: id, date, chat: chatFields(chat), from, ...fields }
    const isFromBot = from.is_bot
    const stored = {
      body,
      isDeleted: false,
      isFromBot,
      isPreviewOff,
      isSilent,
      ...(file === undefined ? {} : { file }),
    }
    chat.messages.set(id, stored)
    return stored
  }

  edited(stored: Stored, fields: Readonly<Record<string, unknown>>, dropped: readonly string[]): void {
    const kept = Object.fromEntries(Object.entries(stored.body).filter(([name]) => !dropped.includes(name)))
    stored.body = { ...(kept as Message), edit_date: Math.floor(this.#clock.nowMs() / 1_000), ...fields }
  }
}

export function chatFields(chat: Chat): Readonly<Record<string, unknown>> {
  if (chat.type === 'private') return { id: chat.id, type: chat.type, first_name: chat.title }
  return { id: chat.id, type: chat.type, title: chat.title, ...(chat.isForum ? { is_forum: true } : {}) }
}

/**
 * How quickly a bot may write is not published. This is what is commonly seen: about one message a second in a chat with
 * a short burst, and twenty a minute in a group; edits count.
 */
class FloodControl {
  readonly #clock: Clock
  readonly #buckets = new Map<number, { tokens: number; atMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  spend(chat: Chat): void {
    const [burst, msPerMessage] = chat.type === 'private' ? [5, 1_000] : [20, 3_000]
    const nowMs = this.#clock.monotonicMs()
    const { tokens, atMs } = this.#buckets.get(chat.id) ?? { tokens: burst, atMs: nowMs }
    const filled = Math.min(burst, tokens + (nowMs - atMs) / msPerMessage)
    this.#buckets.set(chat.id, { tokens: filled < 1 ? filled : filled - 1, atMs: nowMs })
    if (filled < 1) throw tooManyRequests(Math.max(1, Math.ceil(((1 - filled) * msPerMessage) / 1_000)))
  }
}
