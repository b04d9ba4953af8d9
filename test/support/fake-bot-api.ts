import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../../src/clock.ts'
import { Chats } from './fake-bot-chats.ts'
import { Faults, lets, refusalOf, spoil, type Fault, type FaultScope } from './fake-bot-faults.ts'
import { Files } from './fake-bot-files.ts'
import { callMethod, type World } from './fake-bot-methods.ts'
import { FakePeople } from './fake-bot-people.ts'
import { readRequest, Refusal, type RawRequest } from './fake-bot-request.ts'
import { UpdateQueue } from './fake-bot-updates.ts'

export interface FakeBotOptions {
  readonly clock: Clock
  readonly token?: string
  readonly username?: string
  /** Off: more than a person would write may be sent to one chat without being refused as too quick. */
  readonly hasFloodControl?: boolean
  /** Off: the bot reads every message of a group. */
  readonly isPrivacyOn?: boolean
}

/** One call as it came in. `status` is missing until it is answered, and for good where a fault ended it. */
export interface Call {
  readonly method: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly atMs: number
  status?: number
  description?: string
  fault?: Fault['do']
}

/**
 * A Bot API on the loopback address, as strict as the real one: what it would refuse is refused here, in the same words.
 * People write and press buttons by the methods of FakePeople, and the chats are read as they would see them.
 */
export class FakeBotApi extends FakePeople {
  readonly token: string
  readonly calls: Call[] = []
  readonly #world: World
  readonly #faults = new Faults()
  readonly #sockets = new Set<Socket>()
  #server: Server
  #port = 0
  #waiting: (() => void)[] = []

  constructor(options: FakeBotOptions) {
    const { clock, token = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', username = 'pincer_bot' } = options
    const world: World = {
      bot: { id: Number(token.split(':')[0]), is_bot: true, first_name: 'Pincer', username },
      clock,
      chats: new Chats(clock, options.hasFloodControl ?? true),
      files: new Files(),
      updates: new UpdateQueue(clock),
      isPrivacyOn: options.isPrivacyOn ?? true,
      presses: new Map(),
      commands: new Map(),
    }
    super(world)
    this.#world = world
    this.token = token
    this.#server = this.#makeServer()
  }

  get port(): number {
    return this.#port
  }

  /** What a client puts before `/bot<token>/`. */
  get apiRoot(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens; after `unplug`, on the same port again. */
  async start(): Promise<void> {
    this.#server = this.#makeServer()
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** The network goes: open connections break, new ones are refused. */
  async unplug(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async stop(): Promise<void> {
    this.#world.updates.stop()
    await this.unplug()
  }

  /** Something goes wrong with the next calls. Planned faults are met in their order. */
  fail(fault: Fault, scope: FaultScope = {}): void {
    this.#faults.add(fault, scope)
  }

  heal(): void {
    this.#faults.clear()
  }

  /** Calls of one method, in their order. */
  callsOf(method: string): readonly Call[] {
    return this.calls.filter((call) => call.method.toLowerCase() === method.toLowerCase())
  }

  /** Resolves as soon as `condition` holds; it is looked at when a call has come in and when it is answered. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Resolves once a message of the bot that can be seen in the chat has this in it. */
  async untilSaid(chat: number, part: string): Promise<void> {
    await this.until(() => this.botTexts(chat).some((text) => text.includes(part)))
  }

  /** Resolves once a poll is held open: everything before it has been read. */
  async untilPolled(): Promise<void> {
    await this.until(() => this.isPolled())
  }

  #makeServer(): Server {
    const server = createServer((request, response) => void this.#serve(request, response))
    server.keepAliveTimeout = 60_000
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
    return server
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.apiRoot)
    const [, isFile, token = '', rest = ''] = /^\/(file\/)?bot([^/]*)\/(.*)$/.exec(url.pathname) ?? []
    const known = this.#tokenRefusal(url.pathname, decodeURIComponent(token))
    if (known !== undefined) return send(response, known.status, bodyOf(known))
    if (isFile !== undefined) return this.#sendFile(response, rest)
    const closed = new AbortController()
    response.on('close', () => {
      closed.abort()
      this.#look()
    })
    try {
      await this.#answer(request, response, { method: rest, url, closed: closed.signal })
    } catch (error) {
      // A client that goes away in the middle of its request is no fault of ours.
      if (!request.destroyed || request.complete) throw error
    }
    this.#look()
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    { method, url, closed }: { method: string; url: URL; closed: AbortSignal },
  ): Promise<void> {
    const read = await readRequest(request, url).catch((error: unknown) => {
      if (error instanceof Refusal) return error
      throw error
    })
    const raw = read instanceof Refusal ? { values: {}, files: new Map<string, never>() } : read
    const call: Call = { method, parameters: logged(raw), atMs: this.#world.clock.monotonicMs() }
    this.calls.push(call)
    const fault = this.#faults.take(method, raw.values['chat_id'])
    if (fault !== undefined) call.fault = fault.do
    let status = 200
    let body: string
    try {
      if (fault?.do === 'refuse') throw refusalOf(fault)
      if (read instanceof Refusal) throw read
      const result = lets(fault) ? callMethod(this.#world, method, raw, closed) : undefined
      this.#look()
      body = JSON.stringify({ ok: true, result: await result })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      status = error.status
      body = bodyOf(error)
      call.description = error.message
    }
    if (fault !== undefined && fault.do !== 'refuse') return spoil(response, fault, body)
    call.status = status
    send(response, status, body)
  }

  #look(): void {
    for (const look of this.#waiting.splice(0)) look()
  }

  #tokenRefusal(path: string, token: string): Refusal | undefined {
    // Without a colon it is no token, and api.telegram.org knows no such path.
    if (!/^\/(?:file\/)?bot[^/]+\/./.test(path) || !/^[1-9]\d*:.+$/.test(token)) return new Refusal(404, 'Not Found')
    return token === this.token ? undefined : new Refusal(401, 'Unauthorized')
  }

  #sendFile(response: ServerResponse, path: string): void {
    const bytes = this.#world.files.download(path)
    if (bytes === undefined) return send(response, 404, bodyOf(new Refusal(404, 'Not Found')))
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length })
    response.end(bytes)
  }
}

function logged({ values, files }: RawRequest): Readonly<Record<string, unknown>> {
  const uploads = [...files].map(([name, { name: fileName, bytes }]) => [name, { name: fileName, bytes: bytes.length }])
  return { ...values, ...Object.fromEntries(uploads) }
}

function bodyOf({ status, message, parameters }: Refusal): string {
  return JSON.stringify({ ok: false, error_code: status, description: message, parameters })
}

function send(response: ServerResponse, status: number, body: string): void {
  const retryAfter = /"retry_after":(\d+)/.exec(body)?.[1]
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  })
  response.end(body)
}
