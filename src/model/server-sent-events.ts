import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'

export interface ServerSentEvent {
  /** The `event:` field; `message` where there is none. */
  readonly type: string
  readonly data: string
}

/**
 * Server-sent events out of bytes that come in any pieces, also one at a time and split inside a character.
 * See https://html.spec.whatwg.org/multipage/server-sent-events.html; unlike a browser it also gives the last event
 * when the blank line behind it is missing, as some servers end so. Use each generator to its end.
 */
export class ServerSentEvents {
  // Takes away a byte order mark, and keeps the first bytes of a character until the others come.
  readonly #decoder = new TextDecoder()
  #line = ''
  /** The last piece ended in CR: an LF that begins the next one belongs to it. */
  #sawReturn = false
  #type = ''
  #data: string[] = []
  #dataChars = 0

  /** Fails with the code `model` when one event grows beyond `limits.modelEventCharsMax`. */
  push(bytes: Uint8Array): Generator<ServerSentEvent> {
    return this.#take(this.#decoder.decode(bytes, { stream: true }))
  }

  /** The stream is over: what stands there without a blank line behind it is an event too. */
  *end(): Generator<ServerSentEvent> {
    yield* this.#take(this.#decoder.decode())
    if (this.#line !== '') this.#endLine()
    yield* this.#dispatch()
  }

  *#take(text: string): Generator<ServerSentEvent> {
    let start = 0
    if (text !== '') {
      if (this.#sawReturn && text.startsWith('\n')) start = 1
      this.#sawReturn = text.endsWith('\r')
    }
    const lineEnd = /\r\n|\r|\n/g
    lineEnd.lastIndex = start
    for (let found = lineEnd.exec(text); found !== null; found = lineEnd.exec(text)) {
      this.#grow(text.slice(start, found.index))
      start = lineEnd.lastIndex
      if (this.#line === '') yield* this.#dispatch()
      else this.#endLine()
    }
    this.#grow(text.slice(start))
  }

  #grow(piece: string): void {
    this.#line += piece
    if (this.#line.length + this.#dataChars <= limits.modelEventCharsMax) return
    throw new PincerError('model', `One event of the answer is longer than ${limits.modelEventCharsMax} characters.`)
  }

  #endLine(): void {
    const line = this.#line
    this.#line = ''
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    // A line that begins with a colon is a comment, sent to keep the connection alive; other fields are not for us.
    if (field === 'event') this.#type = value
    if (field !== 'data') return
    this.#data.push(value)
    this.#dataChars += value.length + 1
  }

  *#dispatch(): Generator<ServerSentEvent> {
    const event = { type: this.#type === '' ? 'message' : this.#type, data: this.#data.join('\n') }
    this.#type = ''
    this.#data = []
    this.#dataChars = 0
    if (event.data !== '') yield event
  }
}
