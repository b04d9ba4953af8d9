/**
 * `npm run board:kernel` builds the kernel of the virtual board from Debian's packages, unless it is there already: some
 * minutes, once; with `-- arm64` or `-- riscv64` that of an emulated one. It installs nothing and changes nothing outside
 * its cache folder; what is missing it names. BOARD_LINUX=6.12 asks for that version instead of the newest.
 */
import { spawn } from 'node:child_process'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { openDebianArchive, type DebianPackage } from '../../support/debian-archive.ts'
import {
  builtKernel,
  cacheFolder,
  kernelFor,
  type KernelFiles,
  kernelOptions,
  treeSources,
  wantedVersion,
} from './board-kernel.ts'
import { lockBuild } from './build-lock.ts'
import { type Machine, machineBuilds, machineOf } from './machines.ts'
import { missingTools } from './missing-tools.ts'

/** sid has the newest kernel; trixie is there for years. */
const suites = ['sid', 'trixie-backports', 'trixie']

/** Linux 6.12, linked statically, dies as soon as it starts a program. */
const firstStatic = 7_000

async function kernelOf(machine: Machine): Promise<KernelFiles> {
  const there = await builtKernel(machine)
  if (there !== undefined) return there
  const lacking = await missingTools(machine)
  if (lacking !== undefined) throw new Error(lacking)

  await mkdir(cacheFolder(), { recursive: true })
  const unlock = await lockBuild(join(cacheFolder(), 'building.lock'), (holder) =>
    say(`process ${holder} is building already: waiting for it`),
  )
  try {
    return (await builtKernel(machine)) ?? (await build(machine, join(cacheFolder(), 'building')))
  } finally {
    unlock()
  }
}

async function build(machine: Machine, folder: string): Promise<KernelFiles> {
  // Of a build that was broken off.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    say(`looking for the ${wantedVersion ?? 'newest'} kernel source of Debian`)
    const archive = await openDebianArchive(join(folder, 'debian'), suites, ['amd64'])
    const source = newest(await archive.find(/^linux-source-\d+\.\d+$/))
    say(`fetching ${source.name} ${source.version}`)
    const packageFile = await archive.fetch(source)
    say('unpacking')
    await unpack(packageFile, source.name, folder)
    if (machine === 'um') await numberMoreInterrupts(join(folder, 'source/arch/um'))
    say('configuring and building: some minutes')
    const out = join(folder, 'out')
    await compile(machine, join(folder, 'source'), out, numberOf(source) >= firstStatic)
    const files = await kernelFor(machine, source.version)
    // All of it is there, or nothing: a build that was broken off is not taken for a kernel.
    const finished = join(folder, 'finished')
    await mkdir(finished)
    await copyFile(join(out, machineBuilds[machine].image.path), join(finished, 'linux'))
    for (const { tree, source: text } of treeSources(machine))
      await command(join(out, 'scripts/dtc/dtc'), ['-q', '-O', 'dtb', '-o', join(finished, `${tree}.dtb`), text])
    // An emulator makes its own tree, which the board's is then laid over.
    if (machine !== 'um') await copyFile(join(out, 'scripts/dtc/fdtoverlay'), join(finished, 'fdtoverlay'))
    await rename(finished, dirname(files.kernel))
    return files
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `linux-source-7.2` is 7002. */
function numberOf({ name }: DebianPackage): number {
  const [major = 0, minor = 0] = name.replace('linux-source-', '').split('.').map(Number)
  return major * 1_000 + minor
}

function newest(sources: readonly DebianPackage[]): DebianPackage {
  const [found] = sources
    .filter(({ name }) => wantedVersion === undefined || name === `linux-source-${wantedVersion}`)
    .toSorted((a, b) => numberOf(b) - numberOf(a))
  if (found !== undefined) return found
  const has = sources.map(({ name }) => name).join(', ') || 'no linux-source at all: is it reachable?'
  throw new Error(
    `Debian's mirror has no linux-source-${wantedVersion ?? 'N.N'} in ${suites.join(', ')}. It has ${has}`,
  )
}

/** Leaves out what no virtual board needs: half of the files are drivers for graphics and network cards. */
async function unpack(packageFile: string, name: string, folder: string): Promise<void> {
  const source = join(folder, 'source')
  await mkdir(source)
  const useless = [
    'drivers/gpu/drm/*.[ch]',
    'drivers/net/ethernet/*.[ch]',
    'drivers/net/wireless/*.[ch]',
    'sound/*.[ch]',
  ]
  const pipeline =
    `dpkg-deb --fsys-tarfile "$1" | tar -xO "./usr/src/$2.tar.xz" | ` +
    `tar -xJ -C "$3" --strip-components=1 ${useless.map((each) => `--exclude='*/${each}'`).join(' ')}`
  await command('bash', ['-o', 'pipefail', '-c', pipeline, 'unpack', packageFile, name, source])
  await rm(packageFile)
}

/**
 * User-mode Linux of 6.12 counts its own interrupts alone and has no numbers left for the lines of a GPIO chip: an edge is
 * then ENXIO. Later it makes numbers as they are asked for.
 */
async function numberMoreInterrupts(source: string): Promise<void> {
  if ((await readFile(join(source, 'Kconfig'), 'utf8')).includes('select SPARSE_IRQ')) return
  const file = join(source, 'include/asm/irq.h')
  const text = await readFile(file, 'utf8')
  const more = text.replace(/^#define NR_IRQS\s+UM_LAST_SIGNAL_IRQ$/m, '#define NR_IRQS (UM_LAST_SIGNAL_IRQ + 256)')
  if (more === text) say('this kernel may have no interrupts for the lines of a GPIO chip')
  await writeFile(file, more)
}

async function compile(machine: Machine, source: string, out: string, isStatic: boolean): Promise<void> {
  await mkdir(out)
  const { kbuildName, toolPrefix, image } = machineBuilds[machine]
  const wanted = join(out, 'wanted.config')
  const all = await kernelOptions(machine)
  const options = isStatic ? all : all.replace('CONFIG_STATIC_LINK=y\n', '')
  await writeFile(wanted, options)
  const common = ['-s', '-C', source, `O=${out}`, `ARCH=${kbuildName}`, `CROSS_COMPILE=${toolPrefix}`]
  const make = (...targets: readonly string[]) =>
    command('make', [...common, `-j${availableParallelism()}`, ...targets])
  await make(`KCONFIG_ALLCONFIG=${wanted}`, 'allnoconfig')
  await nameLostOptions(options, join(out, '.config'))
  await make(image.target)
}

/** An option that a kernel version has renamed or dropped is lost without a word. */
async function nameLostOptions(options: string, made: string): Promise<void> {
  const kept = new Set((await readFile(made, 'utf8')).split('\n'))
  const lost = options.split('\n').filter((line) => line.startsWith('CONFIG_') && !kept.has(line))
  if (lost.length > 0) say(`this kernel does not know: ${lost.join(' ')}`)
}

async function command(file: string, args: readonly string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject)
  child.on('close', resolve)
  const code = await promise
  if (code !== 0) throw new Error(`${file} failed with exit code ${code}: what it said stands above.`)
}

function say(text: string): void {
  process.stdout.write(`board kernel: ${text}\n`)
}

try {
  const { kernel, version } = await kernelOf(machineOf(process.argv[2]))
  say(`${kernel} (Linux ${version})`)
} catch (error) {
  process.stderr.write(`board kernel: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
