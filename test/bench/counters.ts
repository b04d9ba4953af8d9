import fs from 'node:fs'
import { join } from 'node:path'

/** What the kernel counts of a process and of all that it has started. */
export interface Counters {
  readonly pssBytes: number
  readonly privateAnonymousBytes: number
  /** Voluntary context switches of all threads: each is a sleep that something ended. */
  readonly wakeUps: number
  readonly cpuMs: number
  /** What went towards the disk, in whole pages. */
  readonly writtenBytes: number
}

export function readCounters(pid: number): Counters {
  const each = processTree(pid).map(readOne)
  const sum = (field: keyof Counters): number => each.reduce((total, one) => total + one[field], 0)
  return {
    pssBytes: sum('pssBytes'),
    privateAnonymousBytes: sum('privateAnonymousBytes'),
    wakeUps: sum('wakeUps'),
    cpuMs: sum('cpuMs'),
    writtenBytes: sum('writtenBytes'),
  }
}

export function processTree(pid: number): readonly number[] {
  const children = fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter((word) => word !== '')
    .map(Number)
  return [pid, ...children.flatMap(processTree)]
}

function readOne(pid: number): Counters {
  const memory = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const threads = fs.readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
  const ofThreads = (value: (folder: string) => number): number =>
    threads.reduce((total, folder) => total + value(folder), 0)
  return {
    pssBytes: number(memory, /^Pss: +(\d+) kB/m) * 1024,
    privateAnonymousBytes: number(memory, /^Anonymous: +(\d+) kB/m) * 1024,
    wakeUps: ofThreads((folder) =>
      number(fs.readFileSync(`${folder}/status`, 'utf8'), /^voluntary_ctxt_switches:\s+(\d+)/m),
    ),
    // Nanoseconds on a processor; the ticks in `stat` are too coarse for a process that sleeps.
    cpuMs: ofThreads((folder) => number(fs.readFileSync(`${folder}/schedstat`, 'utf8'), /^(\d+)/)) / 1e6,
    writtenBytes: number(fs.readFileSync(`/proc/${pid}/io`, 'utf8'), /^write_bytes: (\d+)/m),
  }
}

/** The sizes of all files in a folder together. */
export function sizeOfFiles(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + fs.statSync(join(entry.parentPath, entry.name)).size, 0)
}

function number(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`This kernel does not count ${pattern.source}.`)
  return Number(found)
}
