import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import type { HttpResponse } from '../../src/http/http-client.ts'
import { cameOut, isWatching } from './canary-watch.ts'

export interface LocalServer {
  readonly port: number
  readonly url: string
  /** Every connection that was ever taken. */
  readonly sockets: readonly Socket[]
  open(): number
}

/** A real HTTP server on the loopback address. */
export function httpServer(
  t: Test,
  listener: (...exchange: Parameters<RequestListener>) => unknown,
): Promise<LocalServer> {
  const server = createHttpServer((...exchange) => void listener(...exchange))
  server.keepAliveTimeout = 0
  return listening(t, server, 'http')
}

/** A server that speaks whatever the test writes; `talk` gets each connection. */
export function rawServer(t: Test, talk: (socket: Socket, index: number) => void): Promise<LocalServer> {
  let count = 0
  return listening(
    t,
    createServer((socket) => talk(socket, count++)),
    'http',
  )
}

export async function listening(
  t: Test,
  server: Server,
  scheme: 'http' | 'https',
  at: { readonly host: string; readonly port?: number } = { host: '127.0.0.1' },
): Promise<LocalServer> {
  const sockets: Socket[] = []
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    if (isWatching()) socket.on('data', (bytes: Buffer) => cameOut('sent to a server', bytes.toString('latin1')))
  })
  server.listen(at.port ?? 0, at.host)
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `${scheme}://127.0.0.1:${port}`, sockets, open: () => open.size }
}

export function bodyText(response: HttpResponse): Promise<string> {
  return text(response.body)
}
