import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { certificate, certificateKey } from './certificate.ts'

export interface TlsTerminator {
  readonly port: number
  stop(): Promise<void>
}

/** TLS on the loopback address before a server that speaks without; when one side of a connection goes, so does the other. */
export async function startTlsTerminator(plainPort: number): Promise<TlsTerminator> {
  const open = new Set<Socket>()
  const server = createServer({ cert: certificate, key: certificateKey, noDelay: true }, (secure) => {
    const plain = connect({ port: plainPort, host: '127.0.0.1', noDelay: true })
    const pair: readonly Socket[] = [secure, plain]
    for (const socket of pair) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        for (const each of pair) each.destroy()
      })
    }
    secure.pipe(plain).pipe(secure)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, stop }
}
