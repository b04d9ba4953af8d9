import type { Dispatcher } from 'undici'
import type { Clock, Timer } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { HttpDeadlines, HttpResponse } from './http-client.ts'
import { isHttpError, type HttpFailure } from './http-error.ts'
import { httpError, networkFailure } from './network-failure.ts'

type Phase =
  | 'connecting'
  | 'sent' // no head of an answer yet
  | 'body'
  | 'ended' // all has arrived; some of it may wait to be read
  | 'failed'

interface ExchangeOptions {
  readonly host: string
  readonly deadlines: HttpDeadlines
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called once, when the connection is free again or must be thrown away. */
  readonly onDone: (outcome: 'ended' | 'failed') => void
}

/**
 * One request and its answer, as the handler that undici calls. A timer runs only while somebody waits for the other
 * side: to connect, for the head, for a piece of the body that is being asked for.
 */
export class Exchange implements Dispatcher.DispatchHandler, AsyncIterableIterator<Uint8Array> {
  readonly #options: ExchangeOptions
  readonly #head = Promise.withResolvers<HttpResponse>()
  #phase: Phase = 'connecting'
  #hasAnswer = false
  #timer: Timer | undefined
  #controller: Dispatcher.DispatchController | undefined
  #pieces: Uint8Array[] = []
  #bufferedBytes = 0
  #failure: PincerError | undefined
  #wakeReader: (() => void) | undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    options.signal.addEventListener('abort', this.#onAbort, { once: true })
    this.#limit(options.deadlines.connectMs, 'connect-timeout')
  }

  /** Fails with HttpError or `stopped`. */
  get head(): Promise<HttpResponse> {
    return this.#head.promise
  }

  /** Something of the answer has come: sending the request again could do twice what it asks for. */
  get hasAnswer(): boolean {
    return this.#hasAnswer
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#phase !== 'connecting') return
    this.#phase = 'sent'
    this.#limit(this.#options.deadlines.firstByteMs, 'first-byte-timeout')
  }

  onResponseStarted(): void {
    this.#hasAnswer = true
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    // 1xx says only that an answer will come.
    if (this.#phase !== 'sent' || status < 200) return
    this.#phase = 'body'
    this.#timer?.cancel()
    this.#head.resolve({ status, headers: joined(headers), body: this })
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    if (this.#phase !== 'body') return
    this.#pieces.push(piece)
    this.#bufferedBytes += piece.length
    if (this.#bufferedBytes > limits.httpBufferBytesMax) controller.pause()
    this.#wake()
  }

  onResponseEnd(): void {
    if (this.#phase === 'body') this.#finish('ended')
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: unknown): void {
    const failure = networkFailure(error, this.#options.host)
    this.#fail(isHttpError(failure) && this.#isCut(failure.failure) ? httpError('cut', this.#options.host) : failure)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#pieces.length === 0 && this.#phase === 'body') {
      this.#limit(this.#options.deadlines.gapMs, 'gap-timeout')
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve
      })
    }
    const piece = this.#pieces.shift()
    if (piece !== undefined) {
      this.#bufferedBytes -= piece.length
      if (this.#phase === 'body' && this.#pieces.length === 0) this.#controller?.resume()
      return { done: false, value: piece }
    }
    if (this.#failure !== undefined) throw this.#failure
    return { done: true, value: undefined }
  }

  /** The reader leaves before the end. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.stop()
    this.#failure = undefined
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Ends it at once: nothing more is read, and both ends fail with `stopped`. */
  stop(): void {
    this.#pieces = []
    this.#fail(this.#stopped())
  }

  readonly #onAbort = (): void => this.stop()

  /** The kernel gives up on an open connection by the name of one that never opened; half a chunk is no HTTP. */
  #isCut(failure: HttpFailure): boolean {
    return (
      (failure === 'connect-timeout' && this.#phase !== 'connecting') ||
      (failure === 'not-http' && this.#phase === 'body')
    )
  }

  #stopped(): PincerError {
    return new PincerError('stopped', `The request to ${this.#options.host} was stopped.`)
  }

  #limit(afterMs: number, failure: HttpFailure): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(afterMs, () => this.#fail(httpError(failure, this.#options.host)))
  }

  #fail(failure: PincerError): void {
    if (this.#phase === 'ended' || this.#phase === 'failed') return
    this.#failure = failure
    this.#head.reject(failure)
    this.#finish('failed')
  }

  #finish(outcome: 'ended' | 'failed'): void {
    this.#phase = outcome
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#wake()
    this.#options.onDone(outcome)
  }

  #wake(): void {
    this.#timer?.cancel()
    this.#wakeReader?.()
    this.#wakeReader = undefined
  }
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}
