import type { Clock, Timer } from '../clock.ts'
import { isPincerError } from '../errors.ts'
import type { HttpClient, HttpResponse } from '../http/http-client.ts'
import { HttpError, isHttpError } from '../http/http-error.ts'
import { readBody } from '../http/read-body.ts'
import { limits } from '../limits.ts'
import { refusal } from './provider-answer.ts'
import { isProviderError, ProviderError } from './provider-error.ts'
import { parseAnswer, type ReplyDraft } from './reply-draft.ts'
import { ServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'

/** What every wire format needs to make a Model. */
export interface WireOptions {
  /** As configured, `provider/model`. */
  readonly id: string
  /** The model's name at the provider. */
  readonly modelName: string
  /** As the provider documents it, with or without a slash at its end. */
  readonly baseUrl: string
  /** Undefined: the server asks for none. */
  readonly apiKey: string | undefined
  readonly http: HttpClient
  readonly clock: Clock
  /** Until the server says more, where it is one's own. */
  readonly windowTokens: number
  readonly isOwnServer: boolean
}

/** Reads the answers of one wire format into its draft. */
export interface ReplyReader {
  readonly draft: ReplyDraft
  event(event: ServerSentEvent): void
  /** The parsed body of a server that does not stream. */
  whole(body: unknown): void
}

const deadlines = {
  connectMs: limits.modelConnectTimeoutMs,
  firstByteMs: limits.modelFirstByteTimeoutMs,
  gapMs: limits.modelGapTimeoutMs,
} as const

/**
 * Sends one request (the body in JSON) and reads its answer, streamed or whole, into the reader's draft. Fails with ProviderError, with
 * `stopped`, or with the HttpError of a network that failed before any text of the answer had come.
 */
export async function exchange(
  options: WireOptions,
  request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  reader: ReplyReader,
  signal: AbortSignal,
): Promise<void> {
  const { http, clock, id } = options
  const leave = new AbortController()
  const response = await http.request(
    {
      method: 'POST',
      url: request.url,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        ...request.headers,
      },
      body: request.body,
      deadlines,
    },
    AbortSignal.any([signal, leave.signal]),
  )
  const { status, headers } = response
  if (status < 200 || status > 299) {
    const { text } = await textOf(untilItBreaks(response.body), limits.providerErrorBytesMax)
    const sentence = `The provider of ${id} refused the request with the status ${status}.`
    throw new ProviderError(sentence, { ...refusal(status, headers, text, clock), visible: false })
  }
  const type = headers['content-type'] ?? ''
  const { draft } = reader
  if (/\bhtml\b/i.test(type)) {
    // Read all the same, so that the connection can be used again.
    await textOf(untilItBreaks(response.body), limits.providerErrorBytesMax)
    const sentence = `${id} was answered by a web page, not by a model: check baseUrl, or sign in to the network.`
    throw draft.fault('web_page', sentence, status)
  }
  try {
    if (/\bjson\b/i.test(type)) await readWhole(response, reader, id)
    else await readStream(response, reader, { clock, leave })
  } catch (error) {
    throw failureOf(error, draft, id)
  }
}

async function readWhole(response: HttpResponse, reader: ReplyReader, id: string): Promise<void> {
  const { text, isCut } = await textOf(response.body, limits.modelBodyBytesMax)
  if (isCut) throw reader.draft.fault('reply_too_long', `${id} gave an endless answer: ask in other words.`, 200)
  reader.whole(parseAnswer(text, reader.draft))
}

async function readStream(
  response: HttpResponse,
  reader: ReplyReader,
  { clock, leave }: { readonly clock: Clock; readonly leave: AbortController },
): Promise<void> {
  const events = new ServerSentEvents()
  let timer: Timer | undefined
  try {
    // Read to its end, so that the connection can be used again: the next call needs no new TLS handshake.
    for await (const bytes of response.body) {
      for (const event of events.push(bytes)) reader.event(event)
      if (reader.draft.ended) timer ??= clock.after(limits.modelEndMs, () => leave.abort())
    }
    for (const event of events.end()) reader.event(event)
  } catch (error) {
    // Once the reply is whole, it does not matter how the connection ends.
    const isEnd = isHttpError(error) || leave.signal.aborted
    if (!reader.draft.ended || !isEnd) throw error
  } finally {
    timer?.cancel()
  }
  if (!reader.draft.ended) throw new HttpError('cut', 'The connection ended in the middle of the answer.')
}

function failureOf(error: unknown, draft: ReplyDraft, id: string): unknown {
  if (isHttpError(error) && draft.visible) {
    const answer = { status: undefined, retryAfterMs: undefined, providerCode: undefined, providerMessage: undefined }
    const sentence = `The connection to ${id} broke in the middle of its answer: ask again.`
    return new ProviderError(sentence, { ...answer, visible: true }, { cause: error })
  }
  if (isPincerError(error) && error.code === 'model' && !isProviderError(error)) {
    return draft.fault('unreadable_reply', error.message, 200, error)
  }
  return error
}

async function textOf(
  body: HttpResponse['body'],
  bytesMax: number,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const { bytes, isCut } = await readBody(body, bytesMax)
  return { text: new TextDecoder().decode(bytes), isCut }
}

/** Of what is no reply, as much as came before the network failed: why it is none often stands in that. */
async function* untilItBreaks(body: HttpResponse['body']): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body
  } catch (error) {
    if (!isHttpError(error)) throw error
  }
}
