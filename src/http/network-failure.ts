import { isPincerError, PincerError } from '../errors.ts'
import { HttpError, type HttpFailure } from './http-error.ts'

/** Error names of the kernel, of the resolver and of undici. */
const failureOfCode: Readonly<Record<string, HttpFailure>> = {
  ENOTFOUND: 'no-address',
  EAI_AGAIN: 'no-address',
  EAI_FAIL: 'no-address',
  EAI_NODATA: 'no-address',
  EAI_NONAME: 'no-address',
  ECONNREFUSED: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ECONNRESET: 'cut',
  ECONNABORTED: 'cut',
  EPIPE: 'cut',
  UND_ERR_SOCKET: 'cut',
  UND_ERR_INFO: 'cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'cut',
  UND_ERR_PRX_CONN: 'cut',
  UND_ERR_PRX_TLS: 'tls',
  UND_ERR_HEADERS_OVERFLOW: 'not-http',
}

/** OpenSSL has some thirty names for what is wrong with a certificate. */
const certificateCode = /CERT|ISSUER|SIGNATURE|ERR_SSL|ERR_TLS|EPROTO/

/** What people read, behind the name of the host. */
const sentences: Readonly<Record<HttpFailure, string>> = {
  'no-address': 'was not found: no address for its name. Check the network and the name server, and the spelling.',
  refused: 'refuses the connection: nothing listens there, or a firewall says no. Check address and port.',
  unreachable: 'cannot be reached: there is no way to it. Check the network of this board.',
  'connect-timeout': 'did not take the connection in time. Check the network, or try again later.',
  tls: 'could not prove who it is (TLS). Check the clock of this board; a certificate of your own goes into NODE_EXTRA_CA_CERTS.',
  'first-byte-timeout': 'took the request and did not answer in time. Try again later.',
  'gap-timeout': 'stopped in the middle of its answer. Try again.',
  cut: 'closed the connection in the middle of the exchange. Try again.',
  'not-http':
    'answered something that is not HTTP. Check address and port, and whether this network asks for a sign-in.',
}

/** `host` is all that is said of the address. `detail`: a short name of the cause, never a text of the other side. */
export function httpError(failure: HttpFailure, host: string, detail?: string): HttpError {
  return new HttpError(failure, `${host} ${sentences[failure]}${detail === undefined ? '' : ` (${detail})`}`)
}

/**
 * The HttpError (or `stopped`, or `config` for what cannot be sent at all) of what the kernel, the resolver or undici
 * failed with, `otherwise` where its name says nothing. Nothing of the original goes on as `cause`: it may hold the
 * address, the body or the key.
 */
export function networkFailure(error: unknown, host: string, otherwise: HttpFailure = 'cut'): PincerError {
  if (isPincerError(error)) return error
  const code = codeOf(error)
  switch (code) {
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return new PincerError('stopped', `The request to ${host} was stopped: the network client was closed.`)
    case 'UND_ERR_ABORTED':
      return httpError('refused', host, `the proxy does not let us through${statusIn(error)}`)
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      // A proxy that wants a password is reported under the same name.
      if (statusIn(error) !== '')
        return httpError('refused', host, `the proxy does not let us through${statusIn(error)}`)
      return unsendable(host)
    default:
      // undici's parser gives its error a name and no code.
      if (error instanceof Error && error.name === 'HTTPParserError') return httpError('not-http', host)
      return httpError(failureOfCode[code] ?? (certificateCode.test(code) ? 'tls' : otherwise), host, code || undefined)
  }
}

/** The kernel's name of an error that ended an attempt to connect. */
export function connectFailure(code: string, host: string): HttpError {
  return httpError(failureOfCode[code] ?? 'unreachable', host, code)
}

export function unsendable(host: string): PincerError {
  const where = 'Look for a line break, a space or a letter outside ASCII in its key, token or address.'
  return new PincerError('config', `The request to ${host} cannot be sent: HTTP does not allow what it holds. ${where}`)
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** undici names the status of a proxy in the text of its errors alone. */
function statusIn(error: unknown): string {
  const status = error instanceof Error ? /\((\d{3})\)/.exec(error.message)?.[1] : undefined
  return status === undefined ? '' : `, it answered ${status}`
}
