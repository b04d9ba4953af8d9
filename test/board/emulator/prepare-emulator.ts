/**
 * `npm run board:emulator -- arm64` (or `riscv64`) makes what an emulated board needs beside its kernel: QEMU and a small
 * Debian of its own, unpacked in the cache folder, and in dist/native the runtime and the addons for its processor. What
 * is there is kept. Nothing is installed. The guest's Debian gets its first process, and the places where file systems
 * will be, this checkout among them.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildAddons } from '../../../build/addons.ts'
import { type EmulatedMachine, machineBuilds, machineOf } from '../kernel/machines.ts'
import { missingTools } from '../kernel/missing-tools.ts'
import { makeDebianFolder } from './debian-folder.ts'
import { emulator, layerOf, systems } from './emulated.ts'
import { stripSources } from './stripped-sources.ts'

const root = join(import.meta.dirname, '../../..')

async function prepare(machine: EmulatedMachine): Promise<void> {
  const lacking = await missingTools(machine)
  if (lacking !== undefined) throw new Error(lacking)
  say(`QEMU is in ${await makeDebianFolder(emulator)}`)
  const system = await makeDebianFolder(systems[machine])
  for (const place of ['proc', 'sys', 'dev', 'run', 'mnt', 'layer', root])
    await mkdir(join(system, place), { recursive: true })
  await copyFile(join(import.meta.dirname, 'first-process.sh'), join(system, 'first-process.sh'))
  say(`the guest's Debian is in ${system}`)
  const layer = layerOf(root, machine)
  if (machine === 'arm64') await takeRuntime(layer, `node-linux-${machine}`)
  else await stripSources(root, layer)
  const prefix = machineBuilds[machine].toolPrefix
  const { built, kept } = await buildAddons(root, join(layer, 'dist/native'), {
    compilers: { c: `${prefix}gcc`, cxx: `${prefix}g++` },
    foreignProcessor: machine,
    packagesRoot: layer,
  })
  const names = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '))
  say(`addons in ${layer}: built ${names(built)}, unchanged ${names(kept)}`)
}

/** npm leaves out what is not for this processor; the lock file says what it must be. Of the runtime the program will do. */
async function takeRuntime(layer: string, name: string): Promise<void> {
  const target = join(layer, 'node_modules', name)
  const stamp = join(target, 'version')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === process.version) return
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'))
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(root, file), join(folder, file))
    const words = ['ci', '--os=linux', '--cpu=arm64', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']
    await promisify(execFile)('npm', words, { cwd: folder })
    await mkdir(join(target, 'bin'), { recursive: true })
    await copyFile(join(folder, 'node_modules', name, 'bin/node'), join(target, 'bin/node'))
    await writeFile(stamp, process.version)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function say(text: string): void {
  process.stdout.write(`board emulator: ${text}\n`)
}

try {
  const machine = machineOf(process.argv[2])
  if (machine === 'um') throw new Error('Name the machine: `npm run board:emulator -- arm64` or `-- riscv64`.')
  await prepare(machine)
} catch (error) {
  process.stderr.write(`board emulator: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
