// What listens loads it, in a process without workers too. Named here it comes out of the runtime's code cache.
import 'node:cluster'
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { errorName } from '../files.ts'
import { PincerError, sentenceOf } from '../errors.ts'

export interface HomeLock {
  release(): Promise<void>
}

/**
 * One process serves a home. The lock is a name in Linux's abstract socket namespace: the kernel frees it with the
 * process, kill -9 included, and there is no file that could be left behind or belong to a process id used again.
 *
 * Its limits: processes in different network namespaces do not see each other's names, so two containers that share a
 * home do not exclude each other; and anybody on this machine may take the name first, which keeps Pincer from
 * starting but gives them nothing.
 *
 * `userId` is the owner's: the same folder served as another user is another user's affair. Rejects with `home`.
 */
export async function acquireHomeLock(home: string, userId: number): Promise<HomeLock | 'taken'> {
  // However the path is written, through links or not, it is the same home.
  const realHome = await fs.realpath(home).catch((cause: unknown) => {
    const sentence =
      errorName(cause) === 'ENOENT'
        ? `There is no home ${home}: name the one that is meant by --home DIR or PINCER_HOME.`
        : `The home ${home} cannot be opened: ${sentenceOf(cause)}.`
    throw new PincerError('home', sentence, { cause })
  })
  const server = createServer((socket) => socket.destroy())
  try {
    await listen(server, `\0${lockName(realHome, userId)}`)
  } catch (cause) {
    if (errorName(cause) === 'EADDRINUSE') return 'taken'
    throw new PincerError('home', `The home ${home} cannot be locked: ${sentenceOf(cause)}.`, { cause })
  }
  // Holding the lock is no reason to keep running.
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

/**
 * The process that holds the lock, as this machine's /proc knows it: told also of one that hangs. `undefined` when it
 * is gone by now, or is somebody else's, whose open files are not shown.
 */
export async function homeLockHolder(home: string, userId: number): Promise<number | undefined> {
  try {
    const name = lockName(await fs.realpath(home), userId)
    const line = (await fs.readFile('/proc/net/unix', 'utf8')).split('\n').find((each) => each.endsWith(` @${name}`))
    const inode = line?.trim().split(/\s+/)[6]
    if (inode === undefined) return undefined
    for (const process of await fs.readdir('/proc')) {
      if (/^\d+$/.test(process) && (await hasSocket(process, inode))) return Number(process)
    }
  } catch {
    return undefined
  }
  return undefined
}

async function hasSocket(process: string, inode: string): Promise<boolean> {
  const folder = `/proc/${process}/fd`
  // A process may end while it is looked at, or not be ours to look at.
  const names = await fs.readdir(folder).catch(() => [])
  const targets = await Promise.all(names.map((name) => fs.readlink(`${folder}/${name}`).catch(() => '')))
  return targets.includes(`socket:[${inode}]`)
}

function lockName(realHome: string, userId: number): string {
  const hash = createHash('sha256').update(realHome).digest('hex').slice(0, 32)
  return `pincer-${userId}-${hash}`
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
