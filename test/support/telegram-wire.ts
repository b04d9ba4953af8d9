import type { HttpClient, HttpRequest, HttpResponse } from '../../src/http/http-client.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { PincerError } from '../../src/errors.ts'
import { Chats } from './fake-bot-chats.ts'
import { Files } from './fake-bot-files.ts'
import { callMethod, type World } from './fake-bot-methods.ts'
import { badRequest, isObject, Refusal } from './fake-bot-request.ts'
import { UpdateQueue, type Update, type UpdateKind } from './fake-bot-updates.ts'
import type { FakeClock } from './fake-clock.ts'

export const token = '7000:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp123'
export const botName = 'PincerTestBot'

type Payload = Readonly<Record<string, unknown>>

/** What Telegram answers instead of a result. */
interface Scripted {
  readonly code: number
  readonly description: string
  readonly parameters?: object
}

type Fault = Scripted | HttpError | 'silent' | { readonly body: string }

export interface WireMessage {
  readonly chat: number
  readonly topic: unknown
  readonly id: number
  text: string
  payload: Payload
  readonly silent: unknown
  edits: number
  /** By the bot; or a person, where a test sets it. */
  isDeleted: boolean
}

/**
 * The Bot API at the other end of an HttpClient, in memory and in the time of a fake clock: the rules of FakeBotApi
 * without its sockets, and it fails when a test says so. Chats and topics are there as soon as somebody writes to them.
 */
export class TelegramWire implements HttpClient {
  readonly calls: { readonly method: string; readonly payload: Payload; readonly atMs: number }[] = []
  readonly messages: WireMessage[] = []
  /** Answers in place of the next results, by method. */
  readonly next = new Map<string, Fault[]>()
  /** Refuses a text as HTML, whatever stands in it. */
  refusesHtml = false
  /** No network: everything fails at once. */
  isCut = false
  /** Connections that say nothing, until they are reset. */
  isSilent = false
  /** What each call waits for before it reaches Telegram. */
  before: (method: string) => Promise<unknown> = () => Promise.resolve()
  /** What each answer waits for on its way back. */
  after: (method: string) => Promise<unknown> = () => Promise.resolve()
  resets = 0
  /** The ids of every update that a poll was given. */
  readonly given: unknown[] = []
  readonly #clock: FakeClock
  readonly #world: World

  constructor(clock: FakeClock) {
    this.#clock = clock
    this.#world = {
      bot: { id: 7000, is_bot: true, first_name: 'Pincer', username: botName },
      clock,
      // Beyond all ids that tests give to messages of people.
      chats: new Chats(clock, false, 1_000_000),
      files: new Files(),
      updates: new UpdateQueue(clock, 500),
      isPrivacyOn: true,
      presses: new Map(),
      commands: new Map(),
    }
  }

  /** Adds an update with the next id. */
  push(update: Payload): number {
    const [kind = 'message', payload] = Object.entries(update)[0] ?? []
    this.#happened(update)
    return this.#world.updates.add(kind as UpdateKind, payload) ?? 0
  }

  pushRaw(update: unknown): void {
    if (isObject(update)) this.#happened(update)
    this.#world.updates.addRaw(update as Update)
  }

  /** Updates that no poll has confirmed. */
  unconfirmed(): readonly unknown[] {
    return this.#world.updates.pendingIds
  }

  fail(method: string, ...answers: Fault[]): void {
    this.next.set(method, [...(this.next.get(method) ?? []), ...answers])
  }

  called(method: string): readonly Payload[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.payload)
  }

  /** What stands in the chats. */
  texts(): readonly string[] {
    return this.messages.filter((message) => !message.isDeleted).map((message) => message.text)
  }

  reset(): void {
    this.resets++
    this.isSilent = false
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    if (signal.aborted) throw stopped()
    const [, method = ''] = new RegExp(`/bot${token}/(\\w+)$`).exec(request.url) ?? []
    const payload = JSON.parse(request.body ?? '{}') as Payload
    this.calls.push({ method, payload, atMs: this.#clock.monotonicMs() })
    await this.before(method)
    if (signal.aborted) throw stopped()
    if (this.isCut) throw new HttpError('unreachable', 'There is no way to the network.')
    if (this.isSilent) await this.#silence(request, signal)
    const scripted = this.next.get(method)?.shift()
    if (scripted === 'silent') await this.#silence(request, signal)
    if (scripted instanceof HttpError) throw scripted
    if (typeof scripted === 'object' && 'body' in scripted) return response(502, scripted.body)
    if (typeof scripted === 'object') {
      return refusal(new Refusal(scripted.code, scripted.description, scripted.parameters))
    }
    try {
      const result = await this.#run(method, payload, signal)
      await this.after(method)
      if (signal.aborted) throw stopped()
      return response(200, JSON.stringify({ ok: true, result }))
    } catch (error) {
      if (error instanceof Refusal) return refusal(error)
      throw error
    }
  }

  /** No answer comes, so the deadline that every client keeps ends it. */
  #silence({ deadlines }: HttpRequest, signal: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => {
      const timer = this.#clock.after(deadlines.firstByteMs, () =>
        reject(new HttpError('first-byte-timeout', 'No answer came in time.')),
      )
      signal.addEventListener('abort', () => {
        timer.cancel()
        reject(stopped())
      })
    })
  }

  async #run(method: string, payload: Payload, signal: AbortSignal): Promise<unknown> {
    const { chat_id: chat, message_thread_id: topic } = payload
    if (typeof chat === 'number' && chat !== unknownChat) this.#open(chat, topic)
    if (payload['parse_mode'] === 'HTML' && this.refusesHtml)
      throw badRequest("can't parse entities: as a test wants it")
    const result = await callMethod(this.#world, method, { values: payload, files: new Map() }, signal)
    switch (method) {
      case 'getUpdates':
        if (Array.isArray(result)) this.given.push(...result.map((update: Update) => update.update_id))
        break
      case 'sendMessage':
        this.#sent(payload, result)
        break
      case 'editMessageText': {
        const message = this.#find(payload)
        Object.assign(message, { text: String(payload['text']), payload, edits: message.edits + 1 })
        break
      }
    }
    return result
  }

  #open(id: number, topic: unknown): void {
    const chat = this.#world.chats.open(id)
    if (typeof topic === 'number') chat.topics.add(topic)
  }

  /** What people did stands in the chats, so that it can be replied to and answered. */
  #happened({ message, callback_query: press }: Payload): void {
    if (isObject(press) && typeof press['id'] === 'string')
      this.#world.presses.set(press['id'], { atMs: this.#clock.monotonicMs(), answer: undefined })
    if (!isObject(message) || !isObject(message['chat'])) return
    const { message_id: id, date, chat } = message
    if (typeof id !== 'number' || typeof date !== 'number' || typeof chat['id'] !== 'number') return
    const body = { ...message, message_id: id, date, chat }
    const stored = { body, isDeleted: false, isFromBot: false, isPreviewOff: false, isSilent: false }
    this.#world.chats.open(chat['id']).messages.set(id, stored)
  }

  #sent(payload: Payload, result: unknown): void {
    const chat = Number(payload['chat_id'])
    const id = Number(isObject(result) ? result['message_id'] : undefined)
    const stored = this.#world.chats.get(chat)?.messages.get(id)
    if (stored === undefined) throw new Error('It took a message and has none.')
    this.messages.push({
      chat,
      topic: payload['message_thread_id'],
      id,
      text: String(payload['text']),
      payload,
      silent: payload['disable_notification'],
      edits: 0,
      get isDeleted() {
        return stored.isDeleted
      },
      set isDeleted(is) {
        stored.isDeleted = is
      },
    })
  }

  #find(payload: Payload): WireMessage {
    const found = this.messages.find(({ chat, id }) => chat === payload['chat_id'] && id === payload['message_id'])
    if (found === undefined) throw new Error('It took a message that was never sent.')
    return found
  }
}

/** A chat that never was. */
const unknownChat = 404404

function refusal({ status, message, parameters }: Refusal): HttpResponse {
  return response(status, JSON.stringify({ ok: false, error_code: status, description: message, parameters }))
}

function response(status: number, body: string): HttpResponse {
  return { status, headers: {}, body: pieces(Buffer.from(body)) }
}

/** Cut in the middle of whatever stands there. */
async function* pieces(bytes: Buffer): AsyncIterable<Uint8Array> {
  const middle = Math.floor(bytes.length / 2)
  yield await Promise.resolve(bytes.subarray(0, middle))
  yield bytes.subarray(middle)
}

function stopped(): PincerError {
  return new PincerError('stopped', 'The request was stopped.')
}
