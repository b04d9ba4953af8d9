import type { HttpClient, HttpRequest, HttpResponse } from '../../src/http/http-client.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { PincerError } from '../../src/errors.ts'
import type { FakeClock } from './fake-clock.ts'

export const token = '7000:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp123'
export const botName = 'PincerTestBot'

type Payload = Readonly<Record<string, unknown>>

/** What Telegram answers instead of a result. */
export interface Refusal {
  readonly code: number
  readonly description: string
  readonly parameters?: object
}

export interface WireMessage {
  readonly chat: number
  readonly topic: unknown
  readonly id: number
  text: string
  payload: Payload
  readonly silent: unknown
  edits: number
  isDeleted: boolean
}

/**
 * The Bot API at the other end of an HttpClient, in memory and in the time of a fake clock: it holds polls open, forgets
 * what a poll confirmed, and fails when a test says so.
 */
export class TelegramWire implements HttpClient {
  readonly calls: { readonly method: string; readonly payload: Payload; readonly atMs: number }[] = []
  readonly messages: WireMessage[] = []
  /** Answers in place of the next results, by method. */
  readonly next = new Map<string, (Refusal | HttpError | 'silent' | { readonly body: string })[]>()
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
  #updates: Payload[] = []
  #nextUpdateId = 500
  #nextMessageId = 1
  #wake: () => void = () => undefined

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  /** Adds an update with the next id. */
  push(update: Payload): number {
    const id = this.#nextUpdateId++
    this.pushRaw({ update_id: id, ...update })
    return id
  }

  pushRaw(update: unknown): void {
    this.#updates.push(update as Payload)
    this.#wake()
  }

  /** Updates that no poll has confirmed. */
  unconfirmed(): readonly unknown[] {
    return this.#updates.map((update) => update['update_id'])
  }

  fail(method: string, ...answers: (Refusal | HttpError | 'silent' | { readonly body: string })[]): void {
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
    const payload = JSON.parse(String(request.body ?? '{}')) as Payload
    this.calls.push({ method, payload, atMs: this.#clock.monotonicMs() })
    await this.before(method)
    if (signal.aborted) throw stopped()
    if (this.isCut) throw new HttpError('unreachable', 'There is no way to the network.')
    if (this.isSilent) await this.#silence(request, signal)
    const scripted = this.next.get(method)?.shift()
    if (scripted === 'silent') await this.#silence(request, signal)
    if (scripted instanceof HttpError) throw scripted
    if (typeof scripted === 'object' && 'body' in scripted) return response(502, scripted.body)
    if (typeof scripted === 'object') return refusal(scripted)
    try {
      const result = await this.#run(method, payload, signal)
      await this.after(method)
      if (signal.aborted) throw stopped()
      return response(200, JSON.stringify({ ok: true, result }))
    } catch (error) {
      if (error instanceof Error) throw error
      return refusal(error as Refusal)
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

  #run(method: string, payload: Payload, signal: AbortSignal): unknown {
    switch (method) {
      case 'getMe':
        return { id: 7000, is_bot: true, first_name: 'Pincer', username: botName }
      case 'getUpdates':
        return this.#getUpdates(payload, signal)
      case 'sendMessage':
        return this.#sendMessage(payload)
      case 'editMessageText':
        return this.#editMessage(payload)
      case 'deleteMessage':
        this.#find(payload).isDeleted = true
        return true
      default:
        return true
    }
  }

  async #getUpdates(payload: Payload, signal: AbortSignal): Promise<unknown> {
    const offset = Number(payload['offset'] ?? 0)
    this.#updates = this.#updates.filter((update) => !(Number(update['update_id']) < offset))
    if (this.#updates.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = this.#clock.after(Number(payload['timeout']) * 1_000, resolve)
        this.#wake = resolve
        signal.addEventListener('abort', () => {
          timer.cancel()
          reject(stopped())
        })
        this.#wake = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    const updates = this.#updates
      .filter((update) => !(Number(update?.['update_id']) < offset))
      .slice(0, Number(payload['limit']))
    this.given.push(...updates.map((update) => update?.['update_id']))
    return updates
  }

  #sendMessage(payload: Payload): unknown {
    const chat = Number(payload['chat_id'])
    if (chat === 404404) refuse(400, 'Bad Request: chat not found')
    this.#checkText(payload)
    const message: WireMessage = {
      chat,
      topic: payload['message_thread_id'],
      id: this.#nextMessageId++,
      text: String(payload['text']),
      payload,
      silent: payload['disable_notification'],
      edits: 0,
      isDeleted: false,
    }
    this.messages.push(message)
    return { message_id: message.id, date: 0, chat: { id: chat, type: 'private', first_name: 'x' } }
  }

  #editMessage(payload: Payload): unknown {
    const message = this.#find(payload)
    this.#checkText(payload)
    if (message.text === payload['text']) refuse(400, 'Bad Request: message is not modified')
    message.text = String(payload['text'])
    message.payload = payload
    message.edits++
    return true
  }

  #checkText(payload: Payload): void {
    const text = String(payload['text'])
    if (text.trim() === '') refuse(400, 'Bad Request: message text is empty')
    if (payload['parse_mode'] === 'HTML' && this.refusesHtml) {
      refuse(400, "Bad Request: can't parse entities: Unsupported start tag")
    }
    if (payload['parse_mode'] !== 'HTML' && text.length > 4096) refuse(400, 'Bad Request: message is too long')
  }

  #find(payload: Payload): WireMessage {
    const found = this.messages.find((each) => each.id === payload['message_id'] && !each.isDeleted)
    return found ?? refuse(400, 'Bad Request: message to edit not found')
  }
}

function refuse(code: number, description: string): never {
  // Thrown as it is: what is no Error becomes the answer.
  // oxlint-disable-next-line typescript/only-throw-error
  throw { code, description }
}

function refusal({ code, description, parameters }: Refusal): HttpResponse {
  return response(code, JSON.stringify({ ok: false, error_code: code, description, parameters }))
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
