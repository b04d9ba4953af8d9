import type { Socket } from 'node:net'
import type { Activity, Outbound } from '../bus/message.ts'
import type { Question } from '../bus/question.ts'
import { LineSplitter } from '../channels/terminal/line-splitter.ts'
import type { TerminalLink, TerminalPeer } from '../channels/terminal/terminal-peer.ts'
import type { Clock } from '../clock.ts'
import { isPincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { ControlRequests } from './control-requests.ts'
import { formatLine, lineTooLong, parseFromClient, protocolVersion } from './control-protocol.ts'
import type { FromClient, FromServer, Request } from './control-protocol.ts'

/**
 * One client of the control socket: a peer of the terminal channel, or one that asks for a single thing. A client that does not read costs at most
 * `controlBufferBytesMax` and is dropped; one that vanishes leaves its unacknowledged replies undelivered.
 */
export class ControlConnection implements TerminalPeer {
  readonly #socket: Socket
  readonly #attach: (peer: TerminalPeer) => TerminalLink
  readonly #requests: ControlRequests
  readonly #clock: Clock
  readonly #log: Log
  readonly #onClosed: () => void
  readonly #unwritten = new Map<string, PromiseWithResolvers<void>>()
  #state: 'new' | 'attached' | 'asking' | 'closing' = 'new'
  #interactive = false
  #link: TerminalLink | undefined

  constructor(options: {
    readonly socket: Socket
    readonly attach: (peer: TerminalPeer) => TerminalLink
    readonly requests: ControlRequests
    readonly clock: Clock
    readonly log: Log
    readonly onClosed: () => void
  }) {
    this.#socket = options.socket
    this.#attach = options.attach
    this.#requests = options.requests
    this.#clock = options.clock
    this.#log = options.log
    this.#onClosed = options.onClosed
    const splitter = new LineSplitter(limits.controlLineBytesMax)
    this.#socket.on('data', (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) {
        if (this.#state === 'closing') return
        if (line.kind === 'too-long') this.ended(lineTooLong)
        else this.#receive(line.bytes)
      }
    })
    // `close` follows every error and says all that matters.
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#closed())
  }

  get interactive(): boolean {
    return this.#interactive
  }

  outbound(message: Outbound): Promise<void> {
    const offered = this.#unwritten.get(message.id)
    // On its way already: the client's one acknowledgement is good for both.
    if (offered !== undefined) return offered.promise
    const written = Promise.withResolvers<void>()
    this.#unwritten.set(message.id, written)
    this.#send({ type: 'outbound', message })
    return written.promise
  }

  activity(activity: Activity): void {
    this.#send({ type: 'activity', activity })
  }

  question(id: string, question: Question): void {
    this.#send({ type: 'question', id, question })
  }

  withdraw(id: string, words: string): void {
    this.#send({ type: 'withdraw', id, words })
  }

  ended(sentence: string): void {
    this.#finish({ type: 'ended', sentence })
  }

  /** Says a last thing and closes. */
  #finish(message: FromServer): void {
    if (this.#state === 'closing') return
    this.#send(message)
    this.#state = 'closing'
    this.#socket.end()
    // A client that does not take the farewell is not waited for.
    const timer = this.#clock.after(limits.controlCloseMs, () => this.#socket.destroy())
    this.#socket.once('close', () => timer.cancel())
  }

  #receive(line: Buffer): void {
    try {
      this.#obey(parseFromClient(line))
    } catch (error) {
      if (!isPincerError(error)) throw error
      this.ended(sentenceOf(error))
    }
  }

  #obey(message: FromClient): void {
    if (this.#state === 'asking') {
      this.ended('A request is the only line of its connection.')
      return
    }
    if (this.#link === undefined) {
      this.#begin(message)
      return
    }
    switch (message.type) {
      case 'chat':
      case 'request':
        this.ended(`Only the first line may be of the type "${message.type}".`)
        break
      case 'say':
        void this.#say(this.#link, message.id, message.text)
        break
      case 'answer':
        this.#link.answer(message.question, message.answer)
        break
      case 'written':
        this.#unwritten.get(message.message)?.resolve()
        this.#unwritten.delete(message.message)
        break
    }
  }

  #begin(message: FromClient): void {
    if (message.type !== 'chat' && message.type !== 'request') {
      this.ended('The first line must be of the type "chat" or "request".')
    } else if (message.version !== protocolVersion) {
      this.ended('This program and the running daemon are of different versions: restart the daemon.')
    } else if (message.type === 'chat') this.#enter(message.interactive)
    else void this.#reply(message.request)
  }

  async #reply(request: Request): Promise<void> {
    this.#state = 'asking'
    try {
      this.#finish({ type: 'reply', failed: false, text: await this.#answer(request) })
    } catch (error) {
      // What is not for the client to know about is a bug, and goes where bugs go.
      if (!isPincerError(error)) throw error
      this.#finish({ type: 'reply', failed: true, text: sentenceOf(error) })
    }
  }

  async #answer(request: Request): Promise<string> {
    switch (request.name) {
      case 'status':
        return this.#requests.status()
      case 'send':
        return this.#requests.send(request.text, request.to)
      case 'jobs':
        return this.#requests.jobs(request.words)
      case 'trigger':
        return this.#requests.trigger(request.trigger)
      case 'pair':
        return this.#requests.pair(request.words)
    }
  }

  #enter(interactive: boolean): void {
    this.#interactive = interactive
    this.#state = 'attached'
    this.#send({ type: 'welcome' })
    this.#link = this.#attach(this)
  }

  async #say(link: TerminalLink, id: string, text: string): Promise<void> {
    try {
      this.#send({ type: 'said', id, acceptance: await link.say({ id, text }) })
    } catch (error) {
      // What is not for the client to know about is a bug, and goes where bugs go.
      if (!isPincerError(error)) throw error
      const code = error.code === 'disk' || error.code === 'stopped' ? error.code : 'usage'
      this.#send({ type: 'refused', id, code, sentence: sentenceOf(error) })
    }
  }

  #send(message: FromServer): void {
    if (this.#state === 'closing') return
    this.#socket.write(formatLine(message))
    if (this.#socket.writableLength <= limits.controlBufferBytesMax) return
    this.#state = 'closing'
    this.#log.warn('control', 'An attached terminal does not read what it is sent, and was dropped.')
    this.#socket.destroy()
  }

  #closed(): void {
    this.#state = 'closing'
    for (const written of this.#unwritten.values()) written.reject(new Error('The terminal went away.'))
    this.#unwritten.clear()
    // In memory and at once; nothing to wait for.
    void this.#link?.close()
    this.#onClosed()
  }
}
