import { lookup as systemLookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import type { Clock, Timer } from '../clock.ts'
import { limits } from '../limits.ts'
import type { HttpError } from './http-error.ts'
import { codeOf, connectFailure, httpError } from './network-failure.ts'

export interface Address {
  readonly address: string
  readonly family: number
}

/** Every address of a name, in the resolver's order. */
export type Lookup = (name: string) => Promise<readonly Address[]>

/** Throws when one of the addresses that are about to be connected to may not be reached. */
export type Admit = (target: { readonly host: string; readonly port: number }, found: readonly Address[]) => void

export const lookupAddresses: Lookup = (name) => systemLookup(name, { all: true, order: 'verbatim' })

/**
 * Opens a TCP connection to whichever address answers first: the families take turns, and the next attempt starts when
 * the one before has failed or has been silent for `httpAttemptDelayMs`. Unlike the runtime's own `autoSelectFamily`, a
 * late attempt goes on: on a slow link the only family that works may need longer than that. The signal ends the race,
 * and later the socket. The name is looked up once: what `admit` saw is what is connected to. Fails with HttpError, or
 * with what `admit` throws.
 */
export async function raceConnect(
  target: { readonly host: string; readonly port: number },
  options: {
    readonly clock: Clock
    readonly lookup: Lookup
    readonly admit?: Admit
    readonly signal: AbortSignal
  },
): Promise<Socket> {
  const { host, port } = target
  const found = await addressesOf(host, options.lookup)
  options.admit?.(target, found)
  return new Promise((resolve, reject) => {
    const waiting = [...found]
    const attempts = new Set<Socket>()
    const codes: string[] = []
    let timer: Timer | undefined

    const finish = (): void => {
      timer?.cancel()
      options.signal.removeEventListener('abort', onAbort)
      for (const socket of attempts) socket.destroy()
      attempts.clear()
    }
    const onAbort = (): void => {
      finish()
      reject(httpError('connect-timeout', host))
    }
    const attempt = (): void => {
      timer?.cancel()
      const next = waiting.shift()
      if (next === undefined) return
      const socket = connect({ host: next.address, port, family: next.family, noDelay: true })
      attempts.add(socket)
      socket.once('connect', () => {
        attempts.delete(socket)
        finish()
        endWith(socket, options.signal)
        resolve(socket)
      })
      socket.on('error', (error) => {
        if (!attempts.delete(socket)) return
        codes.push(codeOf(error))
        if (waiting.length > 0) attempt()
        else if (attempts.size === 0) {
          finish()
          reject(raceFailure(codes, host))
        }
      })
      if (waiting.length > 0) timer = options.clock.after(limits.httpAttemptDelayMs, attempt)
    }

    if (options.signal.aborted) onAbort()
    else {
      options.signal.addEventListener('abort', onAbort, { once: true })
      attempt()
    }
  })
}

async function addressesOf(host: string, lookup: Lookup): Promise<readonly Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  let found: readonly Address[]
  try {
    found = await lookup(host)
  } catch (error) {
    throw httpError('no-address', host, codeOf(error) || undefined)
  }
  if (found.length === 0) throw httpError('no-address', host)
  return alternating(found)
}

/** The resolver's first family first, then in turns: one dead family costs one attempt, not one for each address. */
function alternating(found: readonly Address[]): readonly Address[] {
  const first = found.filter(({ family }) => family === found[0]?.family)
  const second = found.filter(({ family }) => family !== found[0]?.family)
  return Array.from({ length: Math.max(first.length, second.length) }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((each) => each !== undefined)
}

/** A host without IPv6 fails there at once; what the other family met says more. */
function raceFailure(codes: readonly string[], host: string): HttpError {
  const failures = codes.map((code) => connectFailure(code, host))
  return failures.find(({ failure }) => failure !== 'unreachable') ?? failures[0] ?? httpError('unreachable', host)
}

function endWith(socket: Socket, signal: AbortSignal): void {
  // Errors before undici or TLS listen, and after they have let go, must not end the process.
  socket.on('error', () => {})
  const onAbort = (): void => {
    socket.destroy()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', onAbort))
}
