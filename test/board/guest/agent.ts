/**
 * The test's hands inside the guest: starts programs, passes signals, input and output, and carries connections of the
 * guest to the test. It runs on the control line (its stdin is the terminal) until the guest ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { FromGuest, ToGuest } from './protocol.ts'

const programs = new Map<number, ChildProcess>()
const wires = new Map<number, Socket>()
const counted = { wires: 0 }

function tell(message: FromGuest): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function start({ id, command, env, cwd }: Extract<ToGuest, { does: 'start' }>): void {
  const [file = '', ...args] = command
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
  programs.set(id, child)
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (bytes: Buffer) => tell({ tells: 'output', id, stream, bytes: bytes.toString('base64') }))
  // A program that ended takes no input; the test is told of its end by itself.
  child.stdin.on('error', () => {})
  child.on('spawn', () => tell({ tells: 'started', id, pid: child.pid ?? 0 }))
  child.on('error', (error) => {
    tell({ tells: 'output', id, stream: 'stderr', bytes: Buffer.from(error.message).toString('base64') })
    if (child.pid === undefined) tell({ tells: 'exited', id, code: 127, signal: null })
  })
  child.on('close', (code, signal) => {
    programs.delete(id)
    if (child.pid !== undefined) tell({ tells: 'exited', id, code, signal })
  })
}

function listen(port: number): void {
  const server = createServer((socket) => {
    counted.wires += 1
    const wire = counted.wires
    wires.set(wire, socket)
    tell({ tells: 'connected', wire, port })
    socket.on('data', (bytes) => tell({ tells: 'received', wire, bytes: bytes.toString('base64') }))
    socket.on('error', () => {})
    socket.on('close', () => {
      wires.delete(wire)
      tell({ tells: 'hung-up', wire })
    })
  })
  server.on('error', (error) => tell({ tells: 'deaf', port, why: error.message }))
  server.listen(port, '127.0.0.1', () => tell({ tells: 'listening', port }))
}

function act(message: ToGuest): void {
  switch (message.does) {
    case 'start':
      return start(message)
    case 'input':
      return void programs.get(message.id)?.stdin?.write(Buffer.from(message.bytes, 'base64'))
    case 'end-input':
      return void programs.get(message.id)?.stdin?.end()
    case 'kill':
      return void programs.get(message.id)?.kill(message.signal)
    case 'listen':
      return listen(message.port)
    case 'send':
      return void wires.get(message.wire)?.write(Buffer.from(message.bytes, 'base64'))
    case 'hang-up':
      return void wires.get(message.wire)?.destroy()
  }
}

// Bytes pass as they are: no echo, no line editing, no end of file at ^D.
process.stdin.setRawMode(true)
process.stdin.on('data', (bytes: Buffer) => tell({ tells: 'took', bytes: bytes.length }))
createInterface({ input: process.stdin, terminal: false }).on('line', (line) => act(JSON.parse(line)))
tell({ tells: 'ready' })
