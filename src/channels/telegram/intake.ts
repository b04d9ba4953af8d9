import type { Acceptance, Inbound, Person } from '../../bus/message.ts'
import type { Clock } from '../../clock.ts'
import { sentenceOf } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import { readAddress, type BotIdentity } from './addressing.ts'
import { formatChat } from './chat-address.ts'
import { mediaOf } from './media.ts'
import type { Candidate } from './pairing-codes.ts'
import type { Handled } from './poll-loop.ts'
import { RecentIds } from './recent-ids.ts'
import { Refusals } from './refusals.ts'
import type { Message, Press, User } from './update-shape.ts'

export interface IntakeOptions {
  readonly channel: string
  readonly clock: Clock
  readonly log: Log
  readonly bot: () => BotIdentity
  readonly roleOf: (id: number) => Person['role'] | undefined
  readonly accept: (message: Inbound) => Promise<Acceptance>
  /** Answers something that asked for nothing: said as soon as it can be, and nothing waits for it. */
  readonly tell: (chat: string, text: string) => void
  /** Says that a message was not taken; `again` when it could not be said now. */
  readonly refuse: (chat: string, text: string) => Promise<Handled>
  /** Somebody without any right wrote in a private chat. */
  readonly stranger: (candidate: Candidate) => void
  /** `known`: somebody with a right did it, so the group may hear of it; in groups of strangers nothing is said. */
  readonly groupMoved: (move: { readonly from: number; readonly to: number; readonly known: boolean }) => void
}

/** Decides what becomes of each message that Telegram brings: handed over, answered in one sentence, or nobody's. */
export class TelegramIntake {
  readonly #options: IntakeOptions
  /** Albums that were answered: each picture of one comes as a message of its own. */
  readonly #albums = new RecentIds(limits.telegramAlbumsMax)

  readonly #refusals: Refusals
  /** Guests who were told something that is no answer, and have written nothing since that was taken. */
  readonly #toldGuests = new Set<string>()

  constructor(options: IntakeOptions) {
    this.#options = options
    this.#refusals = new Refusals({ clock: options.clock, say: (chat, text) => options.refuse(chat, text) })
  }

  /** `updateId` is what makes a message known when it comes again. Does not reject. */
  async take(message: Message, updateId: number, isEdit: boolean): Promise<Handled> {
    const { roleOf, stranger, groupMoved, bot } = this.#options
    if (message.migrate_to_chat_id !== undefined) {
      const { chat, from, migrate_to_chat_id: to } = message
      groupMoved({ from: chat.id, to, known: from !== undefined && roleOf(from.id) !== undefined })
      return 'done'
    }
    const user = personBehind(message)
    if (user === undefined) return 'done'
    const chat = chatOf(message)
    const role = roleOf(user.id)
    if (role === undefined) {
      if (message.chat.type === 'private' && !isEdit) stranger({ id: user.id, name: nameOf(user), chat })
      return 'done'
    }
    const addressed = readAddress(message, bot())
    switch (addressed.kind) {
      case 'elsewhere':
        return 'done'
      case 'unknown':
        return { again: 'A group names a bot, and Telegram has not said yet what this one is called.' }
      case 'here': {
        const person: Person = { id: String(user.id), name: nameOf(user), role }
        return this.#takeAddressed({ message, chat, person, updateId, isEdit, text: addressed.text })
      }
    }
  }

  /**
   * A button with a command was pressed: as if its words had been written by whoever pressed it. When that was, Telegram
   * does not say: after the message under the button, and no longer ago than `ageMaxMs`. Where that does not make it
   * fresh, it is taken for as old as the message.
   */
  async press(
    { from, message: under }: Press,
    command: string,
    { updateId, ageMaxMs }: { readonly updateId: number; readonly ageMaxMs: number },
  ): Promise<Handled> {
    const { clock, roleOf } = this.#options
    if (under === undefined) return 'done'
    const isFresh = ageMaxMs <= limits.actingMessageAgeMaxMs
    const date = isFresh ? Math.floor((clock.nowMs() - ageMaxMs) / 1_000) : under.date
    const message: Message = { ...under, from, text: command, date }
    const user = personBehind(message)
    const role = user === undefined ? undefined : roleOf(user.id)
    if (user === undefined || role === undefined) return 'done'
    const person: Person = { id: String(user.id), name: nameOf(user), role }
    const age = isFresh ? { ageMs: ageMaxMs } : date === 0 ? { ageMs: null } : {}
    return this.#takeAddressed({ message, chat: chatOf(message), person, updateId, isEdit: false, text: command, age })
  }

  async #takeAddressed(parts: {
    readonly message: Message
    readonly chat: string
    readonly person: Person
    readonly updateId: number
    readonly isEdit: boolean
    readonly text: string
    /** Where its date does not tell it. */
    readonly age?: Pick<Inbound, 'ageMs'>
  }): Promise<Handled> {
    const { message, chat, person, updateId, isEdit, text, age } = parts
    const { channel, refuse } = this.#options
    const hasWords = message.text !== undefined || message.caption !== undefined
    if (isEdit) {
      // A live location edits its message every few seconds: only changed words are answered.
      if (hasWords && this.#mayTell(person)) {
        this.#options.tell(chat, 'I do not follow edits: send it as a new message if you want me to act on the change.')
      }
      return 'done'
    }
    const media = mediaOf(message)
    if (!hasWords) {
      const what = media === undefined ? 'read this kind of message' : `open ${media} yet`
      this.#tellOnce(message, { chat, person }, `I cannot ${what}: write to me in words.`)
      return 'done'
    }
    if (text.trim() === '') {
      if (this.#mayTell(person)) this.#options.tell(chat, 'Yes? Write what you want beside my name.')
      return 'done'
    }
    if (text.length > limits.inboundTextCharsMax) {
      if (!this.#mayTell(person)) return 'done'
      return refuse(chat, `That is longer than ${limits.inboundTextCharsMax} characters: send it in several messages.`)
    }
    const sentAtMs = message.date * 1_000
    const words = isOwnWords(message) ? { text } : { text: quoted(text), foreign: 'a forwarded message' }
    const taken = await this.#accept({ id: String(updateId), channel, chat, person, ...words, sentAtMs, ...age })
    if (taken === 'done' && media !== undefined) {
      this.#tellOnce(message, { chat, person }, `I take only the words of this message: I cannot open ${media} yet.`)
    }
    return taken
  }

  async #accept(message: Inbound): Promise<Handled> {
    const { accept, log } = this.#options
    const { id, chat, person } = message
    // What is said of its first refusal holds, but for the cause, which may be another by now.
    if (this.#refusals.has(id)) return this.#refusals.refuse(id, chat, 'I did not take this message: send it again.')
    try {
      const acceptance = await accept(message)
      if (acceptance === 'accepted') this.#toldGuests.delete(person.id)
      switch (acceptance) {
        case 'accepted':
        case 'duplicate':
        case 'refused':
          this.#refusals.taken(chat)
          return 'done'
        case 'full': {
          const text = `I have ${limits.busMessagesMax} messages waiting and did not take this one: send it again in a while.`
          return await this.#refusals.refuse(id, chat, text)
        }
      }
    } catch (error) {
      log.debug('telegram', `A message was not kept, and its sender is told: ${sentenceOf(error)}`)
      // How this host's disk looks from inside is for owners.
      const why = person.role === 'owner' ? `: ${sentenceOf(error)}` : '.'
      const text = `I did not take this message, because I can keep nothing${why} Until that is mended I do nothing that you send, but what reads (/read, /status) or makes outputs safe (/stop, /off).`
      return this.#refusals.refuseUntilMended(id, chat, text)
    }
  }

  /** An album is answered once. */
  #tellOnce(
    { media_group_id: album }: Message,
    { chat, person }: Pick<Inbound, 'chat' | 'person'>,
    sentence: string,
  ): void {
    if (album !== undefined) {
      if (this.#albums.has(album)) return
      this.#albums.add(album)
    }
    if (this.#mayTell(person)) this.#options.tell(chat, sentence)
  }

  /** Photos and edits of guests are no messages that their budget counts, so there is one answer to them. */
  #mayTell({ id, role }: Person): boolean {
    if (role === 'owner') return true
    const isFirst = !this.#toldGuests.has(id)
    this.#toldGuests.add(id)
    return isFirst
  }
}

/** A person, who speaks as nobody else: not a bot, not a channel, not the anonymous administrator of a group. */
function personBehind({ from, sender_chat, chat }: Message): User | undefined {
  if (from === undefined || from.is_bot || (sender_chat !== undefined && sender_chat !== null)) return undefined
  switch (chat.type) {
    case 'private':
      return chat.id === from.id ? from : undefined
    case 'group':
    case 'supergroup':
      return from
    default:
      return undefined
  }
}

function chatOf({ chat, is_topic_message: isTopic, message_thread_id: topicId }: Message): string {
  // Replies in an ordinary group have a thread id too: only a topic is a conversation of its own.
  return formatChat({ chatId: chat.id, topicId: isTopic === true ? topicId : undefined })
}

/** For display alone: people choose it. */
function nameOf({ id, first_name: first, last_name: last }: User): string {
  const name = `${first ?? ''} ${last ?? ''}`.replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  return name === '' ? `user ${id}` : Array.from(name).slice(0, limits.telegramNameCharsMax).join('')
}

function isOwnWords({ forward_origin, via_bot }: Message): boolean {
  return forward_origin === undefined && via_bot === undefined
}

/** Words of somebody else are never a command, nor an order of the person who passed them on. */
function quoted(text: string): string {
  return `Forwarded, not my own words:\n${text.replaceAll(/^/gm, '> ')}`
}
