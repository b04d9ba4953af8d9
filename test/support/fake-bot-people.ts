import { chatFields, type Chat, type Message, type Person, type Stored } from './fake-bot-chats.ts'
import type { Answered, World } from './fake-bot-methods.ts'
import { foundEntities } from './fake-bot-text.ts'

/** Who writes: a person by number, or with a name. */
export type From = number | { readonly id: number; readonly first_name?: string; readonly username?: string }

export interface Said {
  readonly from: From
  /** The private chat with that person, if nothing else is said. A negative id is a group, below -10^12 a supergroup. */
  readonly chat?: number
  readonly text?: string
  /** A caption, a sticker, a place, whose message was forwarded: as the Bot API writes it. */
  readonly fields?: Readonly<Record<string, unknown>>
  readonly replyTo?: number
  readonly topic?: number
  /** How long ago it was written: for a bot that was off. */
  readonly ageMs?: number
}

/** A message as a person sees it in the chat: edited, and only while it is not deleted. */
export interface Seen {
  readonly id: number
  readonly from: 'bot' | number
  readonly text: string
  readonly entities: readonly unknown[]
  readonly isEdited: boolean
  readonly buttons: readonly (readonly string[])[]
  readonly isPreviewOff: boolean
  readonly isSilent: boolean
  readonly topic?: number
  readonly replyTo?: number
  readonly file?: { readonly name: string; readonly base64: string }
}

/** The people in the chats of a bot: what they do, and what they see. */
export class FakePeople {
  readonly #world: World
  #pressCount = 0

  protected constructor(world: World) {
    this.#world = world
  }

  /** Somebody writes. Answers the message, also where the bot is not given it. */
  say(said: Said): Message {
    const person = personOf(said.from)
    const { text, fields = {}, replyTo, topic, ageMs = 0 } = said
    const chat = this.#world.chats.open(said.chat ?? person.id, { title: person.first_name })
    const repliedTo = replyTo === undefined ? undefined : chat.messages.get(replyTo)
    if (replyTo !== undefined && repliedTo === undefined) throw new Error(`There is no message ${replyTo} to reply to.`)
    if (topic !== undefined) chat.topics.add(topic)
    const stored = this.#world.chats.add(
      chat,
      person,
      {
        ...(text === undefined ? {} : withEntities('text', text)),
        ...(typeof fields['caption'] === 'string' ? withEntities('caption', fields['caption']) : {}),
        ...(repliedTo === undefined ? {} : { reply_to_message: repliedTo.body }),
        ...(topic === undefined ? {} : { message_thread_id: topic, is_topic_message: true }),
        ...fields,
      },
      { ageMs },
    )
    if (this.#reaches(chat, stored.body)) this.#world.updates.add('message', stored.body)
    return stored.body
  }

  /** Somebody edits a message of their own. */
  edit({ chat: chatId, messageId, text }: { chat: number; messageId: number; text: string }): Message {
    const { stored, chat } = this.#message(chatId, messageId)
    this.#world.chats.edited(stored, withEntities('text', text), ['entities'])
    if (this.#reaches(chat, stored.body)) this.#world.updates.add('edited_message', stored.body)
    return stored.body
  }

  /**
   * Somebody presses a button by its words, on the latest message that has it or on the one that is named. Answers the id
   * of the press. Fails where no such button is to be seen.
   */
  press({
    from,
    chat: chatId,
    button,
    messageId,
  }: {
    from: From
    chat?: number
    button: string
    messageId?: number
  }): string {
    const person = personOf(from)
    const chat = this.#world.chats.get(chatId ?? person.id)
    const visible = [...(chat?.messages.values() ?? [])].filter((each) => !each.isDeleted)
    const found = visible
      .filter(({ body }) => messageId === undefined || body.message_id === messageId)
      .flatMap(({ body }) => (body.reply_markup?.inline_keyboard ?? []).flat().map((each) => ({ body, each })))
      .findLast(({ each }) => each.text === button)
    if (found === undefined) throw new Error(`There is no button "${button}" to press.`)
    const id = `press-${++this.#pressCount}`
    this.#world.presses.set(id, { atMs: this.#world.clock.monotonicMs(), answer: undefined })
    const data = found.each.callback_data
    this.#world.updates.add('callback_query', { id, from: person, message: found.body, chat_instance: '1', data })
    return id
  }

  /** What the bot answered to a press, if it has. */
  pressAnswer(id: string): Answered | undefined {
    return this.#world.presses.get(id)?.answer
  }

  /** A group that exists, before anybody writes in it. Topics are those of a forum. */
  group(id: number, { title = 'Group', topics = [] }: { title?: string; topics?: readonly number[] } = {}): void {
    const chat = this.#world.chats.open(id, { title, isForum: topics.length > 0 })
    for (const topic of topics) chat.topics.add(topic)
  }

  /** A person blocks the bot, or starts it again. */
  block(person: number, isBlocked = true): void {
    this.#changeAccess(person, isBlocked ? 'blocked' : 'open', person)
  }

  /** The bot is removed from a group. */
  kick(chat: number, by: number): void {
    this.#changeAccess(chat, 'kicked', by)
  }

  /** A group becomes a supergroup. Answers its new id: calls with the old one are refused from now on. */
  migrate(oldId: number, by: number): number {
    const newId = -1_000_000_000_000 + oldId
    const from = personOf(by)
    const old = this.#world.chats.open(oldId)
    const chat = this.#world.chats.open(newId, { title: old.title })
    old.migratedTo = newId
    this.#world.updates.add('message', this.#world.chats.add(old, from, { migrate_to_chat_id: newId }).body)
    this.#world.updates.add('message', this.#world.chats.add(chat, from, { migrate_from_chat_id: oldId }).body)
    return newId
  }

  /** A file that a person could send; its id goes into `fields`. `size`: what is said of it, for one that is too big. */
  addFile({ name, base64, size }: { name: string; base64: string; size?: number }): string {
    return this.#world.files.add({ name, bytes: Buffer.from(base64, 'base64') }, size).id
  }

  /** The last updates that were confirmed are given once more. */
  repeatUpdates(count: number): void {
    this.#world.updates.repeat(count)
  }

  /** Updates that wait to be fetched or confirmed. */
  pendingUpdates(): number {
    return this.#world.updates.pendingCount
  }

  /** Whether a poll is being held open. */
  isPolled(): boolean {
    return this.#world.updates.isPolled
  }

  /** The chat as a person sees it. */
  chat(id: number): readonly Seen[] {
    return [...(this.#world.chats.get(id)?.messages.values() ?? [])].filter((each) => !each.isDeleted).map(seen)
  }

  /** The words of the bot in it. */
  botTexts(chat: number): readonly string[] {
    return this.chat(chat)
      .filter((each) => each.from === 'bot')
      .map((each) => each.text)
  }

  /** Whether the chat shows that the bot is typing. */
  isTyping(chat: number): boolean {
    return (this.#world.chats.get(chat)?.typingUntilMs ?? 0) > this.#world.clock.monotonicMs()
  }

  /** The menu of commands, by scope. */
  commands(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#world.commands)
  }

  /** With privacy on, a bot in a group gets commands, what mentions it, and replies to it. */
  #reaches(chat: Chat, { text, caption, reply_to_message: reply }: Message): boolean {
    const { bot, isPrivacyOn } = this.#world
    if (chat.access !== 'open') return false
    if (chat.type === 'private' || !isPrivacyOn) return true
    const words = text ?? caption ?? ''
    const isReply = (reply as Message | undefined)?.from?.id === bot.id
    const [, addressee] = /^\/\w+(?:@(\w+))?/.exec(words) ?? []
    if (/^\/\w/.test(words)) return addressee === undefined || addressee.toLowerCase() === bot.username?.toLowerCase()
    return isReply || words.toLowerCase().includes(`@${bot.username?.toLowerCase()}`)
  }

  #message(chatId: number, messageId: number): { chat: Chat; stored: Stored } {
    const chat = this.#world.chats.get(chatId)
    const stored = chat?.messages.get(messageId)
    if (chat === undefined || stored === undefined) throw new Error(`There is no message ${messageId} in ${chatId}.`)
    return { chat, stored }
  }

  #changeAccess(id: number, access: Chat['access'], by: number): void {
    const chat = this.#world.chats.open(id)
    chat.access = access
    const user = this.#world.bot
    const status = access === 'open' ? 'member' : 'kicked'
    this.#world.updates.add('my_chat_member', {
      chat: chatFields(chat),
      from: personOf(by),
      date: Math.floor(this.#world.clock.nowMs() / 1_000),
      old_chat_member: { user, status: access === 'open' ? 'kicked' : 'member' },
      new_chat_member: { user, status },
    })
  }
}

function personOf(from: From): Person {
  const { id, first_name = `Person ${id}`, username } = typeof from === 'number' ? { id: from } : from
  return { id, is_bot: false, first_name, ...(username === undefined ? {} : { username }) }
}

function withEntities(name: 'text' | 'caption', words: string): Readonly<Record<string, unknown>> {
  const entities = foundEntities(words)
  const field = name === 'text' ? 'entities' : 'caption_entities'
  return { [name]: words, ...(entities.length === 0 ? {} : { [field]: entities }) }
}

function seen({ body, isFromBot, isPreviewOff, isSilent, file }: Stored): Seen {
  const { message_id: id, from, text, caption, entities, edit_date: editDate, reply_markup: keyboard } = body
  const reply = body['reply_to_message'] as Message | undefined
  return {
    id,
    from: isFromBot ? 'bot' : (from?.id ?? 0),
    text: text ?? caption ?? '',
    entities: entities ?? [],
    isEdited: editDate !== undefined,
    buttons: (keyboard?.inline_keyboard ?? []).map((row) => row.map((button) => button.text)),
    isPreviewOff,
    isSilent,
    ...(body.message_thread_id === undefined ? {} : { topic: body.message_thread_id }),
    ...(reply === undefined ? {} : { replyTo: reply.message_id }),
    ...(file === undefined ? {} : { file: { name: file.name, base64: file.bytes.toString('base64') } }),
  }
}
