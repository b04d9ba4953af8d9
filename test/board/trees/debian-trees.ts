import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { type DebianArchive, openDebianArchive } from '../../support/debian-archive.ts'
import { readDeviceTree, type TreeNode } from './device-tree.ts'

const run = promisify(execFile)

/** The flavour of Debian's kernel for each architecture that a board has. */
const flavours = { arm64: 'arm64', armhf: 'armmp', riscv64: 'riscv64' } as const

/** The device tree that Debian's kernel starts a board with: where it is in the kernel's package. */
export interface DebianTree {
  readonly architecture: keyof typeof flavours
  readonly path: string
}

/** Since 6.19 the trees are in a package of a few megabytes, not in that of the kernel. Both suites have such kernels. */
const suites = ['trixie-backports', 'sid']

/** The trees that `npm run board:trees` has fetched. */
export async function debianTrees(wanted: readonly DebianTree[]): Promise<ReadonlyMap<DebianTree, TreeNode>> {
  const trees = wanted.map(async (tree) => [tree, readDeviceTree(await readFile(fileOf(tree)))] as const)
  return new Map(await Promise.all(trees))
}

/**
 * Fetches the trees as Debian's packages have them, unless all are there. They are kept beside the other things that
 * tests keep, in ~/.cache/pincer/device-trees: delete that folder to compare with what Debian has now.
 */
export async function fetchDebianTrees(wanted: readonly DebianTree[]): Promise<void> {
  if (wanted.every((tree) => existsSync(fileOf(tree)))) return
  const temporary = await mkdtemp(join(tmpdir(), 'device-trees-'))
  try {
    await fetchTrees(temporary, wanted)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function fileOf({ architecture, path }: DebianTree): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(cache, 'pincer', 'device-trees', architecture, basename(path))
}

async function fetchTrees(folder: string, wanted: readonly DebianTree[]): Promise<void> {
  const architectures = [...new Set(wanted.map(({ architecture }) => architecture))]
  const archive = await firstArchive(folder, architectures)
  for (const architecture of architectures) {
    const name = new RegExp(String.raw`^linux-base-\d[^-]*-${flavours[architecture]}(:\w+)?$`)
    const [found] = (await archive.find(name)).toSorted((a, b) => b.name.localeCompare(a.name, 'en', { numeric: true }))
    if (found === undefined) throw new Error(`Debian has no kernel package with device trees for ${architecture}.`)
    const unpacked = join(folder, architecture)
    await run('dpkg-deb', ['--extract', await archive.fetch(found), unpacked])
    const { stdout } = await run('find', [unpacked, '-name', '*.dtb'])
    for (const tree of wanted.filter((each) => each.architecture === architecture)) {
      const file = stdout.split('\n').find((each) => each.endsWith(`/${tree.path}`))
      if (file === undefined) throw new Error(`${found.name} has no device tree ${tree.path}.`)
      const kept = fileOf(tree)
      await mkdir(join(kept, '..'), { recursive: true })
      // Whoever looks meanwhile finds all of it or nothing.
      await copyFile(file, `${kept}.new`)
      await rename(`${kept}.new`, kept)
    }
  }
}

/** A mirror that is just being filled has a suite in part: the next one will do. */
async function firstArchive(folder: string, architectures: readonly string[]): Promise<DebianArchive> {
  const failures: unknown[] = []
  for (const suite of suites) {
    try {
      return await openDebianArchive(join(folder, suite), [suite], architectures)
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(failures, `None of the suites ${suites.join(' and ')} of Debian can be read.`)
}
