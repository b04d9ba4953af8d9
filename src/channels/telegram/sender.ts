import type { RawApi } from 'grammy/web'
import type { BotApi, Called } from './api.ts'
import { parseChat, type ChatAddress } from './chat-address.ts'

/** What is sent or edited, in Telegram's own words. */
export interface Body {
  readonly text: string
  readonly parse_mode?: 'HTML'
  readonly entities?: readonly { readonly type: 'pre'; readonly offset: number; readonly length: number }[]
  readonly reply_markup?: {
    readonly inline_keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[]
  }
}

/** Puts messages into chats: without link previews, and into the supergroup that a group has become. */
export class Sender {
  readonly #api: BotApi
  /** Old chat id to new. */
  readonly #moved = new Map<number, number>()

  constructor(api: BotApi) {
    this.#api = api
  }

  moved(fromChatId: number, toChatId: number): void {
    this.#moved.set(fromChatId, toChatId)
  }

  /** Answers the id of the message. `silent`: without a sound at the other end. */
  async send(chat: string, body: Body, signal: AbortSignal, options = { silent: false }): Promise<Called<number>> {
    const sent = await this.#to(chat, signal, (raw, { chatId, topicId }) =>
      raw.sendMessage({
        chat_id: chatId,
        ...(topicId === undefined ? {} : { message_thread_id: topicId }),
        ...toPayload(body),
        disable_notification: options.silent,
      }),
    )
    return sent.ok ? { ok: true, result: sent.result.message_id } : sent
  }

  edit(chat: string, messageId: number, body: Body, signal: AbortSignal): Promise<Called<unknown>> {
    return this.#to(chat, signal, (raw, { chatId }) =>
      raw.editMessageText({ chat_id: chatId, message_id: messageId, ...toPayload(body) }),
    )
  }

  remove(chat: string, messageId: number, signal: AbortSignal): Promise<Called<unknown>> {
    return this.#to(chat, signal, (raw, { chatId }) => raw.deleteMessage({ chat_id: chatId, message_id: messageId }))
  }

  typing(chat: string, signal: AbortSignal): Promise<Called<unknown>> {
    return this.#to(chat, signal, (raw, { chatId, topicId }) =>
      raw.sendChatAction({
        chat_id: chatId,
        action: 'typing',
        ...(topicId === undefined ? {} : { message_thread_id: topicId }),
      }),
    )
  }

  async #to<T>(
    chat: string,
    signal: AbortSignal,
    send: (raw: RawApi, address: ChatAddress) => Promise<T>,
  ): Promise<Called<T>> {
    const address = parseChat(chat)
    if (address === undefined) {
      return { ok: false, failure: { kind: 'permanent', sentence: `Telegram has no chat "${chat}": ids are numbers.` } }
    }
    const call = (): Promise<Called<T>> => {
      const chatId = this.#moved.get(address.chatId) ?? address.chatId
      return this.#api.call(signal, (raw) => send(raw, { ...address, chatId }))
    }
    const first = await call()
    if (first.ok || first.failure.kind !== 'migrated') return first
    this.moved(address.chatId, first.failure.chatId)
    return call()
  }
}

function toPayload({ text, parse_mode, entities, reply_markup }: Body) {
  return {
    text,
    // A preview fetches the address, and what fetches can leak.
    link_preview_options: { is_disabled: true },
    ...(parse_mode === undefined ? {} : { parse_mode }),
    ...(entities === undefined ? {} : { entities: [...entities] }),
    ...(reply_markup === undefined
      ? {}
      : { reply_markup: { inline_keyboard: reply_markup.inline_keyboard.map((row) => [...row]) } }),
  }
}
