import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openDebianArchive } from '../../support/debian-archive.ts'
import { cacheFolder } from '../kernel/board-kernel.ts'

/** Raised when the way of unpacking changes what comes out. */
const recipe = 1

/** The only suite with QEMU 11, the first with SPI, and with Node 24 for each processor. */
const suite = 'sid'

/** Programs of Debian in a folder of their own: unpacked, not installed. */
export interface DebianFolder {
  readonly name: string
  readonly architecture: 'amd64' | 'arm64' | 'riscv64'
  readonly packages: readonly string[]
}

/** Where the folder is kept; it may not be there yet. */
export function placeOf({ name, architecture, packages }: DebianFolder): string {
  const made = createHash('sha256')
    .update(JSON.stringify([recipe, architecture, packages]))
    .digest('hex')
    .slice(0, 12)
  return join(cacheFolder(), `${name}-${made}`)
}

/** Fetches and unpacks the packages with all that they depend on, unless the folder is there. No root needed. */
export async function makeDebianFolder(wanted: DebianFolder): Promise<string> {
  const place = placeOf(wanted)
  if (existsSync(place)) return place
  await mkdir(cacheFolder(), { recursive: true })
  const building = await mkdtemp(join(cacheFolder(), `building-${wanted.name}-`))
  try {
    const unpacked = join(building, 'unpacked')
    const archive = await openDebianArchive(join(building, 'debian'), [suite], [wanted.architecture])
    await unpack(await archive.fetchWhole(wanted.packages), unpacked)
    // Whoever looks meanwhile finds all of it or nothing.
    await rename(unpacked, place)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
  return place
}

async function unpack(files: readonly string[], folder: string): Promise<void> {
  await mkdir(folder)
  for (const file of files) await promisify(execFile)('dpkg-deb', ['--extract', file, folder])
  // What a package does when it is installed is not done: of that, programs need only this.
  for (const [link, target] of [
    ['bin', 'usr/bin'],
    ['sbin', 'usr/sbin'],
    ['lib', 'usr/lib'],
    ['lib64', 'usr/lib64'],
  ] as const)
    if (!existsSync(join(folder, link))) await symlink(target, join(folder, link))
  for (const name of ['passwd', 'group']) {
    const master = join(folder, 'usr/share/base-passwd', `${name}.master`)
    if (existsSync(master)) await copyFile(master, join(folder, 'etc', name))
  }
}
