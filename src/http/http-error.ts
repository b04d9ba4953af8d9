import { PincerError } from '../errors.ts'

/** What failed below HTTP. Its sentence never holds a path or a query: addresses of bots carry their token. */
export type HttpFailure =
  | 'no-address' // the name has none, or the name server is out of reach
  | 'refused' // reached, and nobody listens or a firewall says no
  | 'unreachable' // no route, no network
  | 'connect-timeout'
  | 'tls' // the certificate or the handshake
  | 'first-byte-timeout'
  | 'gap-timeout'
  | 'cut' // the connection ended inside the exchange
  | 'not-http' // what came is no HTTP answer

export class HttpError extends PincerError {
  readonly failure: HttpFailure

  constructor(failure: HttpFailure, sentence: string) {
    super('network', sentence)
    this.failure = failure
  }
}

/** Lazy parts carry their own copy of the class: ask this, never `instanceof`. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'code' in error && error.code === 'network' && 'failure' in error
}
