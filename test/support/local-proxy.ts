import { createServer, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Test } from 'tap'
import { listening, type LocalServer } from './local-server.ts'
import { tunnel } from './tunnel.ts'

export interface LocalProxy extends LocalServer {
  /** `CONNECT host:port` and `GET http://host/path`, with what came as password. */
  readonly asked: readonly string[]
}

/** A proxy as companies have it: it tunnels by CONNECT, forwards plain HTTP, and may want a password. */
export async function localProxy(t: Test, password?: string): Promise<LocalProxy> {
  const asked: string[] = []
  const refuses = (given: string | undefined): boolean =>
    password !== undefined && given !== `Basic ${Buffer.from(password).toString('base64')}`
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (refuses(request.headers['proxy-authorization'])) {
      response.writeHead(407).end('password please')
      return
    }
    const { 'proxy-authorization': _ours, ...headers } = request.headers
    const onward = httpRequest(request.url ?? '', { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    if (refuses(request.headers['proxy-authorization'])) {
      socket.end('HTTP/1.1 407 Password Please\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const [, port = ''] = (request.url ?? '').split(':')
    // Nobody answers there, and the proxy waits for it.
    if (port === '1') {
      socket.on('end', () => socket.end()).resume()
      return
    }
    tunnel(socket, Number(port))
  })
  return { ...(await listening(t, server, 'http')), asked }
}
