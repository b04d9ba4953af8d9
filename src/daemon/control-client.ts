import type { Socket } from 'node:net'
import type { Acceptance } from '../bus/message.ts'
import type { Answer } from '../bus/question.ts'
import { LineSplitter } from '../channels/terminal/line-splitter.ts'
import { assertSayable, type Said, type TerminalLink, type TerminalPeer } from '../channels/terminal/terminal-peer.ts'
import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { dialControl } from './control-dial.ts'
import { formatLine, parseFromServer, protocolVersion, type FromClient, type FromServer } from './control-protocol.ts'

/** Opens the control socket of the process that serves `home`, to chat; else as `dialControl`. */
export async function connectControl(home: string, clock: Clock): Promise<ControlClient | 'none'> {
  const socket = await dialControl(home, 'chat')
  return socket === 'none' ? 'none' : new ControlClient(socket, clock)
}

/** The client's end of the control socket: a link to the terminal channel of the running daemon. */
export class ControlClient implements TerminalLink {
  readonly #socket: Socket
  readonly #clock: Clock
  readonly #says = new Map<string, PromiseWithResolvers<Acceptance>>()
  readonly #writing = new Set<Promise<void>>()
  readonly #welcome = Promise.withResolvers<void>()
  #peer: TerminalPeer | undefined
  #over =
    'The connection to the daemon was lost: start it again if it does not come back by itself, then run this again.'
  #leaving = false

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
    const splitter = new LineSplitter(limits.controlLineBytesMax)
    socket.on('data', (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) {
        if (line.kind === 'line') this.#receive(line.bytes)
        else this.#giveUp()
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.#closed())
    // Nobody may be waiting for it when the connection ends.
    this.#welcome.promise.catch(() => undefined)
  }

  /** Takes part in the chat; once. Rejects with `home` when the daemon does not let it in. */
  async attach(peer: TerminalPeer): Promise<TerminalLink> {
    this.#peer = peer
    this.#send({ type: 'chat', version: protocolVersion, interactive: peer.interactive })
    await this.#welcome.promise
    return this
  }

  async say(message: Said): Promise<Acceptance> {
    assertSayable(message)
    if (this.#socket.destroyed) throw new PincerError('stopped', this.#over)
    const said = this.#says.get(message.id) ?? Promise.withResolvers<Acceptance>()
    this.#says.set(message.id, said)
    this.#send({ type: 'say', id: message.id, text: message.text })
    return said.promise
  }

  answer(questionId: string, answer: Answer): void {
    this.#send({ type: 'answer', question: questionId, answer })
  }

  async close(): Promise<void> {
    this.#leaving = true
    // What was written must be acknowledged before we go, or it would come again.
    await Promise.allSettled(this.#writing)
    if (this.#socket.destroyed) return
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()))
    this.#socket.end()
    const timer = this.#clock.after(limits.controlCloseMs, () => this.#socket.destroy())
    await closed
    timer.cancel()
  }

  #receive(line: Buffer): void {
    let message: FromServer
    try {
      message = parseFromServer(line)
    } catch {
      this.#giveUp()
      return
    }
    switch (message.type) {
      case 'welcome':
        this.#welcome.resolve()
        break
      case 'said':
        this.#says.get(message.id)?.resolve(message.acceptance)
        this.#says.delete(message.id)
        break
      case 'refused':
        this.#says.get(message.id)?.reject(new PincerError(message.code, message.sentence))
        this.#says.delete(message.id)
        break
      case 'outbound':
        this.#write(message.message)
        break
      case 'activity':
        this.#peer?.activity(message.activity)
        break
      case 'question':
        this.#peer?.question(message.id, message.question)
        break
      case 'withdraw':
        this.#peer?.withdraw(message.id, message.words)
        break
      case 'ended':
        this.#over = message.sentence
        this.#socket.end()
        break
      case 'reply':
        // It belongs to a request, and none was made here.
        this.#giveUp()
        break
    }
  }

  #write(message: Extract<FromServer, { type: 'outbound' }>['message']): void {
    // When the peer cannot write, no acknowledgement goes out: the message stays undelivered.
    const written = (this.#peer?.outbound(message) ?? Promise.reject(new Error('Nobody reads here.')))
      .then(() => this.#send({ type: 'written', message: message.id }))
      .catch(() => undefined)
      .finally(() => this.#writing.delete(written))
    this.#writing.add(written)
  }

  #giveUp(): void {
    this.#over = 'The daemon answered what this program does not understand: restart the daemon.'
    this.#socket.destroy()
  }

  #send(message: FromClient): void {
    if (this.#socket.writable) this.#socket.write(formatLine(message))
  }

  #closed(): void {
    this.#welcome.reject(new PincerError('home', this.#over))
    for (const said of this.#says.values()) said.reject(new PincerError('stopped', this.#over))
    this.#says.clear()
    if (!this.#leaving) this.#peer?.ended(this.#over)
  }
}
