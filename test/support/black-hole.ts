import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Test } from 'tap'

/** Listens, and never takes a connection: the two that the kernel keeps for it are ours. */
const program = `
const server = require('node:net').createServer().listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 })
server.on('listening', () => {
  process.stdout.write(server.address().port + '\\n', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})
`

/** An address where every attempt to connect stays without an answer. Answers its port. */
export async function blackHole(t: Test, host: string, port = 0): Promise<number> {
  const child = spawn(process.execPath, ['-e', program, host, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const taken = Number(String(line))
  const fillers = [1, 2].map(() => connect({ host, port: taken }).on('error', () => {}))
  await Promise.all(fillers.map((socket) => once(socket, 'connect')))
  t.teardown(() => {
    child.kill('SIGKILL')
    for (const socket of fillers) socket.destroy()
  })
  return taken
}
