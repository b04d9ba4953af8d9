import type { Socket } from 'node:net'
import { callbackify } from 'node:util'
import type { buildConnector as BuildConnector } from 'undici'
import buildConnector from 'undici/lib/core/connect.js'
import type { Clock } from '../clock.ts'
import { limits } from '../limits.ts'
import { networkFailure } from './network-failure.ts'
import { raceConnect, type Admit, type Lookup } from './race.ts'

export type Connector = BuildConnector.connector

/**
 * Makes the function by which one undici client opens its sockets: TCP raced by us, TLS by undici, which keeps the
 * sessions of all for quick new handshakes. The signal ends what is being opened and what was opened. Every failure is
 * a PincerError: undici hands it on to the request as it is.
 */
export function createConnectors(options: {
  readonly clock: Clock
  readonly lookup: Lookup
  readonly admit?: Admit
}): (signal: AbortSignal) => Connector {
  // No time-out of undici's own: the clock of the exchange ends what takes too long.
  const secure = buildConnector({ allowH2: false, timeout: 0 })
  const open = async (signal: AbortSignal, target: BuildConnector.Options): Promise<Socket> => {
    const isSecure = target.protocol === 'https:'
    const host = target.hostname
    const port = Number(target.port) || (isSecure ? 443 : 80)
    const socket = await raceConnect({ host, port }, { ...options, signal })
    // The kernel notices a dead peer while we wait in a long poll; it wakes nobody.
    socket.setKeepAlive(true, limits.httpProbeMs)
    if (!isSecure) return socket
    return new Promise((resolve, reject) => {
      secure({ ...target, httpSocket: socket }, (...[error, secured]) => {
        if (error === null) resolve(secured)
        else reject(networkFailure(error, host, 'tls'))
      })
    })
  }
  const openWithCallback = callbackify(open)
  return (signal) => (target, callback) => {
    openWithCallback(signal, target, (error, socket) => {
      if (error === null) callback(null, socket)
      else callback(error, null)
    })
  }
}
