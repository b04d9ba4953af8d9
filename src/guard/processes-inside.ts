import { readdir, readFile, readlink } from 'node:fs/promises'

const pageBytes = 4_096

export interface ProcessesInside {
  readonly count: number
  /** What each has in memory, added up: pages that they share count more than once. */
  readonly memoryBytes: number
}

/** Everything in the process namespace that `init`, a process id of ours, is the first process of. */
export async function processesInside(init: number): Promise<ProcessesInside> {
  const namespace = await namespaceOf(String(init))
  if (namespace === undefined) return { count: 0, memoryBytes: 0 }
  let count = 0
  let memoryBytes = 0
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || (await namespaceOf(name)) !== namespace) continue
    count++
    memoryBytes += await residentBytes(name)
  }
  return { count, memoryBytes }
}

/**
 * Whether this process has ended. The first process of a namespace becomes a zombie only after the kernel has ended
 * every other one in it, so then none of them is left.
 */
export async function hasEnded(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The state stands behind the name, which may itself hold brackets.
  return stat === '' || /^ [ZXx]/.test(stat.slice(stat.lastIndexOf(')') + 1))
}

/** Processes of others, and those that have just ended, show none. */
async function namespaceOf(pid: string): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined)
}

async function residentBytes(pid: string): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')
  return Number(statm.split(' ')[1] ?? 0) * pageBytes
}
