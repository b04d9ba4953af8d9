import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type BoardTree, type Machine, machineBuilds } from './machines.ts'

/** Raised when the way of building changes what comes out, though neither the options nor the board do. */
const recipe = 1

/** The Linux that somebody wants to see the tests on, for example `6.12`; `undefined` for the newest there is. */
export const wantedVersion = process.env['BOARD_LINUX'] || undefined

export interface KernelFiles {
  readonly kernel: string
  /** A device tree of the board; of an emulated machine what is laid over its own. */
  readonly deviceTree: (tree: BoardTree) => string
  /** The version of the Debian package that it was built from. */
  readonly version: string
}

/** The kernel that is built and kept for these options; it fails where there is none yet. */
export async function boardKernel(machine: Machine): Promise<KernelFiles> {
  const found = await builtKernel(machine)
  if (found !== undefined) return found
  const command = `npm run board:kernel${machine === 'um' ? '' : ` -- ${machine}`}`
  throw new Error(`The kernel of the virtual board is not built: run \`${command}\`, once, for some minutes.`)
}

export async function builtKernel(machine: Machine): Promise<KernelFiles | undefined> {
  const ending = await endingOf(machine)
  const folders = await readdir(cacheFolder()).catch(() => [])
  const wanted = wantedVersion === undefined ? beginning : `${beginning}${wantedVersion}.`
  const [newest] = folders
    .filter((folder) => folder.startsWith(wanted) && folder.endsWith(ending))
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return newest === undefined ? undefined : kernelIn(newest, newest.slice(beginning.length, -ending.length))
}

/** Where a kernel of this version belongs. */
export async function kernelFor(machine: Machine, version: string): Promise<KernelFiles> {
  return kernelIn(`${beginning}${version}${await endingOf(machine)}`, version)
}

export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pincer', 'board')
}

/** The sources of the board's device trees. */
export function treeSources(machine: Machine): readonly { readonly tree: string; readonly source: string }[] {
  const trees = Object.entries(machineBuilds[machine].trees)
  return trees.map(([tree, name]) => ({ tree, source: fileHere(`device-tree/${name}`) }))
}

/** The options that a kernel for this machine is built with, as kbuild reads them. */
export async function kernelOptions(machine: Machine): Promise<string> {
  const files = machineBuilds[machine].options.map((name) => readFile(fileHere(name), 'utf8'))
  return (await Promise.all(files)).join('\n')
}

const beginning = 'linux-'

/** What else decides how a kernel of some version turns out. */
async function endingOf(machine: Machine): Promise<string> {
  const hash = createHash('sha256')
    .update(`${recipe}`)
    .update(await kernelOptions(machine))
  for (const name of [...Object.values(machineBuilds[machine].trees), 'gpio.dtsi', 'i2c.dtsi', 'spi.dtsi'])
    hash.update(await readFile(fileHere(`device-tree/${name}`)))
  return `-${machine}-${hash.digest('hex').slice(0, 12)}`
}

function kernelIn(name: string, version: string): KernelFiles {
  const folder = join(cacheFolder(), name)
  return { kernel: join(folder, 'linux'), deviceTree: (tree) => join(folder, `${tree}.dtb`), version }
}

function fileHere(name: string): string {
  return new URL(name, import.meta.url).pathname
}
