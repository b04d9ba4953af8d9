import { connect, type Socket } from 'node:net'
import { PincerError, sentenceOf } from '../errors.ts'
import { errorName } from '../files.ts'
import { refusedSentence } from './refused-sentence.ts'
import { openSocketFolder } from './socket-folder.ts'

/**
 * Connects to the control socket of the process that serves `home`; `none` when no process does. Rejects with `home`
 * when it may not be opened: the sentence names who may give `command`, the words behind `pincer`.
 */
export async function dialControl(home: string, command: string): Promise<Socket | 'none'> {
  try {
    return await openSocket(home)
  } catch (cause) {
    const name = errorName(cause) ?? ''
    if (['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(name)) return 'none'
    if (['EACCES', 'EPERM'].includes(name))
      throw new PincerError('home', await refusedSentence(home, command), { cause })
    throw new PincerError('home', `The daemon on ${home} cannot be reached: ${sentenceOf(cause)}.`, { cause })
  }
}

/** Rejects with the kernel's error. */
async function openSocket(home: string): Promise<Socket> {
  const folder = await openSocketFolder(home)
  try {
    const socket = connect(folder.socketPath)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve()
      })
    })
    return socket
  } finally {
    await folder.close()
  }
}
