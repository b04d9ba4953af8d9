import { connect, type Socket } from 'node:net'

/** What a proxy does with a CONNECT that it takes: bytes both ways between `socket` and a port of this machine. */
export function tunnel(socket: Socket, port: number): void {
  const onward = connect({ host: '127.0.0.1', port }, () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    socket.pipe(onward).pipe(socket)
  })
  for (const each of [socket, onward]) {
    each.on('error', () => {})
    each.on('close', () => {
      socket.destroy()
      onward.destroy()
    })
  }
}
