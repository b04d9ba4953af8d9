import type { Dispatcher } from 'undici'
import Client from 'undici/lib/dispatcher/client.js'
import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { Connections, type Connection, type OpenDispatcher } from './connections.ts'
import { createConnectors } from './connector.ts'
import { decodedBody } from './decoded-body.ts'
import { Exchange } from './exchange.ts'
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts'
import { isHttpError } from './http-error.ts'
import { unsendable } from './network-failure.ts'
import type { Admit, Lookup } from './race.ts'

export interface UndiciClientOptions {
  readonly clock: Clock
  readonly lookup: Lookup
  /** Asked before each connection is opened; everything is admitted without it. */
  readonly admit?: Admit
}

/** The HttpClient that goes straight to each host. */
export function createUndiciClient(options: UndiciClientOptions): HttpClient {
  return createClientOver(openClient, options)
}

/** undici's own deadlines are off: their shared timer wakes the process all the time. */
export const openClient: OpenDispatcher = (origin, connect) =>
  new Client(origin, {
    connect,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    keepAliveTimeout: limits.httpKeepAliveMs,
    keepAliveMaxTimeout: limits.httpKeepAliveMaxMs,
  })

/** Bodies come as they are: compression delays what is streamed. Some providers refuse requests that do not say who asks. */
const ownHeaders = { 'accept-encoding': 'identity', 'user-agent': 'Pincer' } as const

export function createClientOver(open: OpenDispatcher, options: UndiciClientOptions): HttpClient {
  const connections = new Connections(open, createConnectors(options))
  const running = new Set<Exchange>()
  let isClosed = false

  /** One try. `canRepeat` after a failure: it was a connection from before, and nothing of an answer came. */
  async function attempt(target: Target, signal: AbortSignal, connection: Connection): Promise<Attempt> {
    const exchange = new Exchange({
      host: target.host,
      deadlines: target.deadlines,
      clock: options.clock,
      signal,
      onDone: (outcome) => {
        running.delete(exchange)
        if (outcome === 'ended') connections.giveBack(connection)
        else connections.discard(connection)
      },
    })
    running.add(exchange)
    connection.dispatcher.dispatch({ ...target.dispatch }, exchange)
    try {
      return { response: await exchange.head }
    } catch (error) {
      const isStale = connection.isUsed && !exchange.hasAnswer && isHttpError(error) && error.failure === 'cut'
      return { error, canRepeat: isStale && target.dispatch.method === 'GET' }
    }
  }

  return {
    async request(request, signal) {
      const target = targetOf(request)
      if (signal.aborted || isClosed) throw new PincerError('stopped', `The request to ${target.host} was stopped.`)
      let outcome = await attempt(target, signal, connections.take(target.origin, { fresh: false }))
      if ('error' in outcome && outcome.canRepeat) {
        outcome = await attempt(target, signal, connections.take(target.origin, { fresh: true }))
      }
      if ('error' in outcome) throw outcome.error
      const { response } = outcome
      return { ...response, body: decodedBody(response.body, response.headers['content-encoding'], target.host) }
    },
    reset: () => connections.reset(),
    async close() {
      isClosed = true
      for (const exchange of running) exchange.stop()
      connections.reset()
    },
  }
}

type Attempt = { readonly response: HttpResponse } | { readonly error: unknown; readonly canRepeat: boolean }

interface Target {
  readonly origin: string
  readonly host: string
  readonly deadlines: HttpRequest['deadlines']
  readonly dispatch: Dispatcher.DispatchOptions
}

function targetOf(request: HttpRequest): Target {
  const url = URL.parse(request.url)
  if (url === null || !/^https?:$/.test(url.protocol)) throw unsendable('an address that is no web address')
  const { origin, host } = url
  return {
    origin,
    host,
    deadlines: request.deadlines,
    dispatch: {
      origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: { ...ownHeaders, ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
    },
  }
}
