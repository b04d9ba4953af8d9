import { promises as fs } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { TerminalLink, TerminalPeer } from '../channels/terminal/terminal-peer.ts'
import type { Clock } from '../clock.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { isUnwritable, makeFolder } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { ControlConnection } from './control-connection.ts'
import type { ControlRequests } from './control-requests.ts'
import { formatLine } from './control-protocol.ts'
import { openSocketFolder, stateFolder } from './socket-folder.ts'

export interface ControlSocket {
  /** Says farewell to the clients and removes the socket. May be called any number of times. */
  close(): Promise<void>
}

export interface ControlSocketOptions {
  readonly home: string
  readonly attach: (peer: TerminalPeer) => TerminalLink
  readonly requests: ControlRequests
  readonly clock: Clock
  readonly log: Log
}

/** As `serveControl`, or `undefined` on a disk that takes nothing, where no socket can be made: nobody attaches then. */
export async function tryControl(options: ControlSocketOptions): Promise<ControlSocket | undefined> {
  try {
    return await serveControl(options)
  } catch (error) {
    if (!isPincerError(error) || !isUnwritable(error.cause)) throw error
    const sentence = `${error.message} \`pincer chat\` and \`status\` reach this process only after a restart.`
    options.log.error('main', sentence)
    return undefined
  }
}

/**
 * Listens on `state/socket` of a home whose lock the caller holds: a socket file that is there already was left by a
 * process that is dead. Rejects with `home` or `disk`.
 */
export async function serveControl(options: ControlSocketOptions): Promise<ControlSocket> {
  const state = stateFolder(options.home)
  await makeFolder(state)
  const connections = new Set<ControlConnection>()
  const server = createServer((socket) => {
    if (connections.size >= limits.controlClientsMax) {
      turnAway(socket, `${limits.controlClientsMax} terminals are attached already: close one of them.`)
      return
    }
    const connection = new ControlConnection({ ...options, socket, onClosed: () => connections.delete(connection) })
    connections.add(connection)
  })
  const folder = await openSocketFolder(options.home)
  try {
    // Only who may enter the folder can reach the socket: so there is no moment at which anybody else can connect.
    await fs.chmod(state, 0o700)
    await fs.rm(folder.socketPath, { force: true })
    await listen(server, folder.socketPath)
    await fs.chmod(folder.socketPath, 0o600)
  } catch (cause) {
    server.close()
    await folder.close()
    throw new PincerError('home', `The control socket in ${state} cannot be opened: ${sentenceOf(cause)}.`, { cause })
  }
  server.on('error', (error) => options.log.warn('control', `The control socket failed: ${sentenceOf(error)}.`))
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections) connection.ended('Pincer is stopping.')
    await closed
    // Not before: the server removes its socket through this folder.
    await folder.close()
  }
  return { close: () => (closing ??= close()) }
}

function turnAway(socket: Socket, sentence: string): void {
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(formatLine({ type: 'ended', sentence }), () => socket.destroy())
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
