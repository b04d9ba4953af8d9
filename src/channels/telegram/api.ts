import { Api, GrammyError, HttpError as GrammyNetworkError, type RawApi } from 'grammy/web'
import { isPincerError, sentenceOf } from '../../errors.ts'
import type { HttpClient, HttpDeadlines } from '../../http/http-client.ts'
import { HttpError } from '../../http/http-error.ts'
import { readBody } from '../../http/read-body.ts'
import { limits } from '../../limits.ts'

/** Why a call to the Bot API did not succeed. Sentences are for people and never hold the token. */
export type CallFailure =
  /** 429, 5xx, or no network: the same call may succeed later, not before `afterMs` where Telegram says so. */
  | { readonly kind: 'retryable'; readonly sentence: string; readonly afterMs?: number }
  /** 400, 403 and the like: the same call never succeeds. */
  | { readonly kind: 'permanent'; readonly sentence: string }
  /** 401, or 404 for a token that cannot be one. */
  | { readonly kind: 'bad-token'; readonly sentence: string }
  /** 409: another poller, or a webhook. */
  | { readonly kind: 'conflict'; readonly sentence: string }
  /** The group became a supergroup, which has this id. */
  | { readonly kind: 'migrated'; readonly sentence: string; readonly chatId: number }
  | { readonly kind: 'stopped'; readonly sentence: string }

export type Called<T> =
  { readonly ok: true; readonly result: T } | { readonly ok: false; readonly failure: CallFailure }

const callDeadlines: HttpDeadlines = {
  connectMs: limits.telegramConnectMs,
  firstByteMs: limits.telegramAnswerMs,
  gapMs: limits.telegramAnswerMs,
}

/** The Bot API over our own way out. grammy knows the methods and their types; sockets and deadlines are ours. */
export class BotApi {
  readonly #token: string
  readonly #apiRoot: string
  readonly #http: HttpClient

  constructor(options: { readonly token: string; readonly apiRoot: string; readonly http: HttpClient }) {
    this.#token = options.token
    this.#apiRoot = options.apiRoot.replace(/\/+$/, '')
    this.#http = options.http
  }

  /** The bot's own id: it stands before the colon of the token. */
  get botId(): number {
    return Number(this.#token.split(':', 1)[0])
  }

  /** Never rejects. */
  async call<T>(
    signal: AbortSignal,
    send: (raw: RawApi) => Promise<T>,
    deadlines: HttpDeadlines = callDeadlines,
  ): Promise<Called<T>> {
    // A client for each call costs next to nothing, and carries the signal and the deadlines of this call.
    const { raw } = new Api(this.#token, {
      apiRoot: this.#apiRoot,
      fetch: async (url: unknown, init: { readonly body?: unknown } | undefined) => {
        const text = await this.#post(String(url), init?.body, deadlines, signal)
        return { json: () => parseAnswer(text) }
      },
    })
    try {
      return { ok: true, result: await send(raw) }
    } catch (error) {
      const failure = failureOf(error)
      return { ok: false, failure: { ...failure, sentence: failure.sentence.replaceAll(this.#token, '[secret]') } }
    }
  }

  async #post(url: string, body: unknown, deadlines: HttpDeadlines, signal: AbortSignal): Promise<string> {
    if (typeof body !== 'string') throw new TypeError('This client sends JSON alone.')
    const headers = { 'content-type': 'application/json' }
    const response = await this.#http.request({ method: 'POST', url, headers, body, deadlines }, signal)
    const { bytes, isCut } = await readBody(response.body, limits.telegramAnswerBytesMax)
    if (!isCut) return bytes.toString('utf8')
    throw new HttpError('not-http', `Telegram's answer is longer than ${limits.telegramAnswerBytesMax} bytes.`)
  }
}

/** A captive portal or a proxy answers with a page of its own: that is a network that is not there yet. */
function parseAnswer(text: string): unknown {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    answer = undefined
  }
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) return answer
  throw new HttpError(
    'not-http',
    "What answers in Telegram's place is not its Bot API: check the network, the proxy and apiRoot.",
  )
}

function failureOf(error: unknown): CallFailure {
  if (error instanceof GrammyError) return refusalOf(error)
  const cause = error instanceof GrammyNetworkError ? error.error : error
  const sentence = sentenceOf(cause)
  if (isPincerError(cause) && cause.code === 'stopped') return { kind: 'stopped', sentence }
  return { kind: 'retryable', sentence }
}

function refusalOf(error: GrammyError): CallFailure {
  const { error_code: code, description, parameters } = error
  const sentence = `Telegram says "${description}" (${code}).`
  const { migrate_to_chat_id: chatId, retry_after: afterS } = parameters
  if (chatId !== undefined) return { kind: 'migrated', sentence, chatId }
  if (code === 429) {
    const afterMs = Math.min(Math.max(1, Number(afterS) || 1) * 1_000, limits.telegramRetryAfterMaxMs)
    return { kind: 'retryable', sentence, afterMs }
  }
  if (code === 401 || code === 404) return { kind: 'bad-token', sentence }
  if (code === 409) return { kind: 'conflict', sentence }
  return code >= 400 && code < 500 ? { kind: 'permanent', sentence } : { kind: 'retryable', sentence }
}
