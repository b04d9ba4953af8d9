import type { Dispatcher } from 'undici'
import { limits } from '../limits.ts'
import type { Connector } from './connector.ts'

/** Makes what carries one request at a time to one origin, over sockets that `connect` opens. */
export type OpenDispatcher = (origin: string, connect: Connector) => Dispatcher

/** One connection, used by one exchange at a time: so each can be ended, and timed, alone. */
export interface Connection {
  readonly origin: string
  readonly dispatcher: Dispatcher
  /** It has carried a request before: the other side may have closed it meanwhile. */
  readonly isUsed: boolean
  /** Ends it at once, also while it is being opened. */
  destroy(): void
}

/** The connections of one client: those in use, and a few that wait for the next request to the same origin. */
export class Connections {
  readonly #open: OpenDispatcher
  readonly #connectors: (signal: AbortSignal) => Connector
  readonly #busy = new Set<Connection>()
  #idle: readonly Connection[] = []

  constructor(open: OpenDispatcher, connectors: (signal: AbortSignal) => Connector) {
    this.#open = open
    this.#connectors = connectors
  }

  take(origin: string, { fresh }: { readonly fresh: boolean }): Connection {
    const waiting = fresh ? undefined : this.#idle.findLast((each) => each.origin === origin)
    if (waiting !== undefined) this.#idle = this.#idle.filter((each) => each !== waiting)
    const connection = waiting ?? this.#create(origin)
    this.#busy.add(connection)
    return connection
  }

  /** The exchange is done and all was read. A connection from before a reset is not kept. */
  giveBack(connection: Connection): void {
    if (!this.#busy.delete(connection)) {
      connection.destroy()
      return
    }
    this.#idle = [...this.#idle, { ...connection, isUsed: true }]
    const surplus = this.#idle.slice(0, -limits.httpIdleConnectionsMax)
    this.#idle = this.#idle.slice(-limits.httpIdleConnectionsMax)
    for (const each of surplus) each.destroy()
  }

  /** The exchange ended otherwise: nobody knows what is still on its way. */
  discard(connection: Connection): void {
    this.#busy.delete(connection)
    connection.destroy()
  }

  /** Exchanges that run go on, and their connections end with them. */
  reset(): void {
    const idle = this.#idle
    this.#idle = []
    this.#busy.clear()
    for (const each of idle) each.destroy()
  }

  #create(origin: string): Connection {
    const life = new AbortController()
    const dispatcher = this.#open(origin, this.#connectors(life.signal))
    dispatcher.on('disconnect', () => {
      const gone = this.#idle.find((each) => each.dispatcher === dispatcher)
      this.#idle = this.#idle.filter((each) => each !== gone)
      gone?.destroy()
    })
    const destroy = (): void => {
      life.abort()
      void dispatcher.destroy()
    }
    return { origin, dispatcher, isUsed: false, destroy }
  }
}
