/** How long each phase of one exchange may take. */
export interface HttpDeadlines {
  /** Name look-up, TCP and TLS. */
  readonly connectMs: number
  /** From the request sent to the head of the answer. */
  readonly firstByteMs: number
  /** Between two pieces of the body. */
  readonly gapMs: number
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly deadlines: HttpDeadlines
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case; of a repeated one the values are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  /** The decoded body, once. Fails with HttpError, or `stopped` when the signal aborts; leaving the loop ends the exchange. */
  readonly body: AsyncIterable<Uint8Array>
}

/** The one way out to the network: both address families raced, a deadline for each phase, no timer while idle. */
export interface HttpClient {
  /** Any status is an answer. Fails with HttpError, with PincerError `stopped` when the signal aborts, or with that of `admit`. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
  /** The next request starts on fresh sockets: for one whose connections went silent. */
  reset(): void
  close(): Promise<void>
}
