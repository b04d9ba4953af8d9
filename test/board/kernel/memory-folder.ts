import { readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'

/**
 * Where the memory of a guest can lie: a folder with room for all of it on a file system that programs may be run
 * from, for the guest runs its programs in place. Memory is best, where a container does not keep it small.
 */
export async function memoryFolder(memoryMiB: number): Promise<string> {
  const candidates = ['/dev/shm', tmpdir(), '/var/tmp']
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  for (const folder of candidates) {
    const free = await statfs(folder).then(
      ({ bavail, bsize }) => (bavail * bsize) / 2 ** 20,
      () => 0,
    )
    if (free > memoryMiB && !isNoexec(mounts, folder)) return folder
  }
  throw new Error(
    `The virtual board needs ${memoryMiB} MiB in a folder that programs may run from, and none of ` +
      `${candidates.join(', ')} has them: set TMPDIR to one that has.`,
  )
}

/** A line of mountinfo: the fifth field is the mount point, the sixth its options. */
function isNoexec(mounts: string, folder: string): boolean {
  const covering = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , , point = '']) => point === '/' || folder === point || folder.startsWith(`${point}/`))
    .toSorted(([, , , , a = ''], [, , , , b = '']) => a.length - b.length)
    .at(-1)
  return covering?.[5]?.split(',').includes('noexec') ?? false
}
