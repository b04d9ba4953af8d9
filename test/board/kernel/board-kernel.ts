import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Raised when the way of building changes what comes out, though neither the configuration nor the board does. */
const recipe = 1

export interface KernelFiles {
  readonly kernel: string
  readonly deviceTree: string
  /** The version of the Debian package that it was built from. */
  readonly version: string
}

/** The kernel that is built and kept for this configuration; it fails where there is none yet. */
export async function boardKernel(): Promise<KernelFiles> {
  const found = await builtKernel()
  if (found === undefined)
    throw new Error('The kernel of the virtual board is not built: run `npm run board:kernel`, once, for some minutes.')
  return found
}

export async function builtKernel(): Promise<KernelFiles | undefined> {
  const hash = await configurationHash()
  const folders = await readdir(cacheFolder()).catch(() => [])
  const name = folders.find((folder) => folder.startsWith('linux-') && folder.endsWith(`-${hash}`))
  return name === undefined ? undefined : kernelIn(name.slice('linux-'.length, -hash.length - 1), hash)
}

/** Where a kernel of this version belongs. */
export async function kernelFor(version: string): Promise<KernelFiles> {
  return kernelIn(version, await configurationHash())
}

export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pincer', 'board')
}

function kernelIn(version: string, hash: string): KernelFiles {
  const folder = join(cacheFolder(), `linux-${version}-${hash}`)
  return { kernel: join(folder, 'linux'), deviceTree: join(folder, 'board.dtb'), version }
}

async function configurationHash(): Promise<string> {
  const hash = createHash('sha256').update(`${recipe}`)
  for (const file of ['config', 'board.dts']) hash.update(await readFile(new URL(file, import.meta.url)))
  return hash.digest('hex').slice(0, 12)
}
