import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/model/json-value.ts'

/**
 * What the fakes of both wire formats share: a local HTTP server that answers from a script and keeps what it was
 * asked. See fake-openai.ts for how to use one.
 */

/** A call as the scripted model makes it; arguments as text are sent as they are. */
export interface ScriptedCall {
  readonly id?: string
  readonly name: string
  readonly arguments: object | string
}

export interface ScriptedUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
}

/** One answer. */
export type Scripted =
  /** A well-formed reply, streamed when the request asks for a stream. */
  | {
      readonly text?: string
      readonly calls?: readonly ScriptedCall[]
      readonly stop?: string
      readonly usage?: ScriptedUsage
    }
  /** A stream whose bytes are written by the test. */
  | { readonly raw: string | Uint8Array; readonly contentType?: string }
  /** A refusal: `error` is the provider's `{error: ...}` body. */
  | { readonly status: number; readonly error: object | string; readonly headers?: Readonly<Record<string, string>> }

/** How the bytes of an answer go out. */
export interface Delivery {
  /** Bytes in one piece; without it, all at once. */
  readonly pieceBytes?: number
  /** The connection is cut behind so many bytes of the body. */
  readonly cutAtByte?: number
  /** A comment line goes out before each piece; needs pieces that end where lines do, so it is for one whole event a piece. */
  readonly keepAlives?: boolean
  /** Waited for before the head of the answer goes out. */
  readonly beforeHead?: Promise<unknown>
  /** Waited for behind the first piece of the body. */
  readonly afterFirstPiece?: Promise<unknown>
  /** Waited for behind the last piece, before the answer ends. */
  readonly beforeEnd?: Promise<unknown>
  /** A pause between two pieces. */
  readonly pauseMs?: number
}

/** A refusal in the server's own words. */
export interface Refusal {
  readonly status: number
  readonly body: object
}

export interface RecordedRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As it came. */
  readonly text: string
  readonly body: JsonObject
  /** Why the server refused it by itself; undefined for a request that the real one would take. */
  readonly refused: string | undefined
}

/** One wire format. */
export interface FakeFormat {
  readonly path: string
  /** Why the real server would refuse this request. */
  readonly refusalOf: (request: IncomingMessage, body: unknown) => Refusal | undefined
  readonly stream: (reply: Extract<Scripted, { text?: string }>, model: string) => string
  readonly whole: (reply: Extract<Scripted, { text?: string }>, model: string) => object
}

type Answer = Scripted | ((body: JsonObject) => Scripted)
type Entry = { readonly answer: Answer; readonly delivery: Delivery }

export class FakeProvider {
  readonly requests: RecordedRequest[] = []
  /** What is answered when the script is at its end. */
  otherwise: Answer = { text: 'ok' }
  /** Answers that use up nothing of the script, by what is asked. */
  aside: (body: JsonObject) => Scripted | undefined = () => undefined
  /** What it answers to those who only look, by path; anything else is not found. */
  readonly facts = new Map<string, object | ((response: ServerResponse) => void)>()
  /** The paths that were looked at, with the key that came along. */
  readonly looks: (readonly [path: string, key: string | undefined])[] = []
  /** How answers go out that were added without a delivery. */
  delivery: Delivery = {}
  readonly #format: FakeFormat
  readonly #script: Entry[] = []
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  })

  /** Connections that were opened so far. */
  connections = 0

  protected constructor(format: FakeFormat) {
    this.#format = format
    // A server that closes what waits would race with a client that was held up.
    this.#server.keepAliveTimeout = 0
    this.#server.on('connection', () => this.connections++)
  }

  /** Adds answers, one a request, each delivered like this. */
  will(answers: Answer | readonly Answer[], delivery?: Delivery): this {
    const list = (Array.isArray(answers) ? answers : [answers]) as readonly Answer[]
    this.#script.push(...list.map((answer) => ({ answer, delivery: delivery ?? this.delivery })))
    return this
  }

  /** Takes the next answer back. */
  skip(): void {
    this.#script.shift()
  }

  /** Bodies of all requests, parsed. */
  bodies(): readonly JsonObject[] {
    return this.requests.map((request) => request.body)
  }

  /** What the server refused by itself: a client that does all right leaves this empty. */
  refusals(): readonly string[] {
    return this.requests.flatMap((request) => request.refused ?? [])
  }

  get origin(): string {
    const address = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${address.port}`
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      this.#look(request, response)
      return
    }
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const text = Buffer.concat(pieces).toString()
    const body = parsed(text)
    const path = request.url ?? ''
    const refusal = this.#refusal(request, body)
    const refused = refusal === undefined ? undefined : JSON.stringify(refusal.body)
    this.requests.push({ path, headers: request.headers, text, body: body as JsonObject, refused })
    if (refusal !== undefined) {
      sendJson(response, refusal.status, refusal.body, {})
      return
    }
    const aside = this.aside(body as JsonObject)
    if (aside !== undefined) {
      await this.#answer(response, aside, this.delivery, body as JsonObject)
      return
    }
    const { answer, delivery } = this.#script.shift() ?? { answer: this.otherwise, delivery: this.delivery }
    const scripted = typeof answer === 'function' ? answer(body as JsonObject) : answer
    await delivery.beforeHead
    await this.#answer(response, scripted, delivery, body as JsonObject)
  }

  #look({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.looks.push([url, headers.authorization ?? headers['x-api-key']?.toString()])
    const fact = this.facts.get(url)
    if (typeof fact === 'function') fact(response)
    else sendJson(response, fact === undefined ? 404 : 200, fact ?? { error: { message: 'Not found' } }, {})
  }

  #refusal(request: IncomingMessage, body: unknown): Refusal | undefined {
    if (request.url !== this.#format.path)
      return { status: 404, body: { error: { message: `Unknown request URL: ${request.url}` } } }
    if (request.method !== 'POST') return { status: 405, body: { error: { message: 'Not allowed' } } }
    return this.#format.refusalOf(request, body)
  }

  async #answer(response: ServerResponse, scripted: Scripted, delivery: Delivery, body: JsonObject): Promise<void> {
    if ('status' in scripted) {
      if (typeof scripted.error === 'string')
        response.writeHead(scripted.status, { ...scripted.headers }).end(scripted.error)
      else sendJson(response, scripted.status, scripted.error, scripted.headers ?? {})
      return
    }
    if ('raw' in scripted) {
      response.writeHead(200, { 'content-type': scripted.contentType ?? 'text/event-stream; charset=utf-8' })
      await deliver(response, Buffer.from(scripted.raw as string), delivery)
      return
    }
    const model = String(body['model'])
    if (body['stream'] !== true) {
      sendJson(response, 200, this.#format.whole(scripted, model), {})
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    await deliver(response, Buffer.from(this.#format.stream(scripted, model)), delivery)
  }
}

/** One event of a stream. */
export function sse(data: object | string, type?: string): string {
  const line = `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
  return type === undefined ? line : `event: ${type}\n${line}`
}

/** Text in pieces of a few characters, so that every stream has words and arguments that come apart. */
export function inPieces(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? []
}

async function deliver(response: ServerResponse, bytes: Buffer, delivery: Delivery): Promise<void> {
  const { pieceBytes = bytes.length, cutAtByte = Infinity, keepAlives = false, pauseMs } = delivery
  const end = Math.min(bytes.length, cutAtByte)
  response.flushHeaders()
  for (let start = 0; start < end && !response.destroyed; start += pieceBytes) {
    if (keepAlives && (start === 0 || bytes[start - 1] === 0x0a)) response.write(': keep-alive\n\n')
    const piece = bytes.subarray(start, Math.min(start + pieceBytes, end))
    // A cut must not take what was written before it; and each piece leaves by itself.
    await new Promise((resolve) => response.write(piece, resolve))
    await new Promise((resolve) => (pauseMs === undefined ? setImmediate(resolve) : setTimeout(resolve, pauseMs)))
    if (start === 0) await delivery.afterFirstPiece
  }
  await delivery.beforeEnd
  if (end < bytes.length) response.destroy()
  else response.end()
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
