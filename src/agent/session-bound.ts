import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { sentenceOf } from '../errors.ts'
import { syncFolder } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { nextArchiveName, removeOldestArchives, SessionLog } from './session-log.ts'

export interface SessionBoundOptions {
  readonly folder: string
  /** The log that was written last: by its time it is told how long others were idle, for a board may lack a clock. */
  readonly usedPath: string
  readonly isOpen: (name: string) => boolean
  readonly log: Log
}

interface IdleLog {
  readonly name: string
  readonly path: string
  readonly writtenAt: Date
  sizeBytes: number
}

/**
 * Keeps the files of all chats together under their bound. Those idle longest become archives, which have a bound of
 * their own: first all but the end of each, which holds its summary, then also the ends. Never fails.
 */
export async function boundSessionLogs(options: SessionBoundOptions): Promise<void> {
  const { folder, isOpen, log } = options
  try {
    const { idle, bytes } = await idleLogs(options)
    let left = bytes
    for (const putAway of [allButTheEnd, whole]) {
      for (const each of idle) {
        if (left <= limits.sessionLogsBytesMax) return
        if (isOpen(each.name)) continue
        const before = each.sizeBytes
        each.sizeBytes = await putAway(each, log)
        left -= before - each.sizeBytes
      }
    }
  } catch (error) {
    log.warn('session', `The logs of chats could not be bounded: ${sentenceOf(error)}`)
  } finally {
    await removeOldestArchives(folder, log).catch(() => undefined)
  }
}

/** Idle longest first; and how many bytes all logs have. */
async function idleLogs({ folder, usedPath, isOpen }: SessionBoundOptions) {
  const used = await fs.promises.stat(usedPath)
  const idle: IdleLog[] = []
  let bytes = 0
  for (const name of await fs.promises.readdir(folder)) {
    if (!name.endsWith('.jsonl')) continue
    const path = join(folder, name)
    const { size, mtime } = await fs.promises.stat(path)
    bytes += size
    const isIdle = mtime.getTime() < used.mtimeMs - limits.sessionIdleMinMs
    if (isIdle && !isOpen(name)) idle.push({ name, path, writtenAt: mtime, sizeBytes: size })
  }
  return { idle: idle.toSorted((one, other) => one.writtenAt.getTime() - other.writtenAt.getTime()), bytes }
}

/** How many bytes are left of it. */
async function allButTheEnd({ path, writtenAt, sizeBytes }: IdleLog, log: Log): Promise<number> {
  if (sizeBytes <= 2 * limits.sessionTailBytesMax) return sizeBytes
  const { log: file } = await SessionLog.open(path, { log, onLine: () => undefined })
  await file.archive()
  await file.close()
  // It was not used by this.
  await fs.promises.utimes(path, writtenAt, writtenAt)
  return (await fs.promises.stat(path)).size
}

async function whole({ path }: IdleLog, log: Log): Promise<number> {
  const archive = await nextArchiveName(path)
  await fs.promises.rename(path, archive)
  await fs.promises.rm(`${path}.torn`, { force: true })
  await syncFolder(dirname(path))
  log.info('session', `A chat that was idle long was put away to save space: its turns are ${archive}.`)
  return 0
}
