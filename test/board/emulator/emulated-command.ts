import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import type { GuestCommand } from '../guest/guest.ts'
import type { GuestSurroundings } from '../guest/user-mode.ts'
import type { KernelFiles } from '../kernel/board-kernel.ts'
import { type EmulatedMachine, machineBuilds } from '../kernel/machines.ts'
import { placeOf } from './debian-folder.ts'
import { emulator, layerOf, systems } from './emulated.ts'

const memoryMiB = 512
const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

const machines = {
  arm64: { program: 'qemu-system-aarch64', cpu: 'cortex-a53', console: 'ttyAMA0' },
  riscv64: { program: 'qemu-system-riscv64', cpu: 'rv64', console: 'ttyS0' },
} as const

/** A machine that QEMU emulates: its files are folders of the host, its controllers are where the board's tree has them. */
export async function emulatedCommand(
  machine: EmulatedMachine,
  { kernel, deviceTree }: KernelFiles,
  { folder, sharedFolder, disk, tree: wanted }: GuestSurroundings,
): Promise<GuestCommand> {
  if (machineBuilds[machine].trees[wanted] === undefined)
    throw new Error(`The board of ${machine} has no tree "${wanted}": tests of it run on user-mode Linux alone.`)
  const [qemu, system] = [placeOf(emulator), placeOf(systems[machine])]
  const layer = layerOf(root, machine)
  if (![qemu, join(system, root), layer].every(existsSync))
    throw new Error(`The emulated board lacks parts of it: run \`npm run board:emulator -- ${machine}\`, once.`)
  const { program, cpu, console } = machines[machine]
  // QEMU and its libraries may be newer than the host: it comes with the loader that it was linked for.
  const [file, ...loader] = [
    join(qemu, 'lib64/ld-linux-x86-64.so.2'),
    '--library-path',
    join(qemu, 'usr/lib/x86_64-linux-gnu'),
    join(qemu, 'usr/bin', program),
  ]
  const hardware = (options: string) =>
    [
      ['-nodefaults', '-display', 'none', '-L', join(qemu, 'usr/share/qemu')],
      ['-machine', `virt,memory-backend=memory${options}`, '-cpu', cpu, '-m', `${memoryMiB}`],
      ['-object', `memory-backend-memfd,id=memory,size=${memoryMiB}M,share=on`],
    ].flat()
  const own = join(folder, 'emulator.dtb')
  const tree = join(folder, 'board.dtb')
  await run(file, [...loader, ...hardware(`,dumpdtb=${own}`)])
  await run(join(dirname(kernel), 'fdtoverlay'), ['-i', own, '-o', tree, deviceTree(wanted)])

  const words = [
    `console=${console} quiet panic=-1`,
    'root=system rootfstype=9p rootflags=trans=virtio,version=9p2000.L,cache=loose,msize=262144 ro',
    `init=/first-process.sh checkout=${root} layer=${relative(root, layer)} board.line=hvc0`,
    ...(machine === 'riscv64' ? [`NODE_OPTIONS=--import=${join(import.meta.dirname, 'load-stripped.mjs')}`] : []),
  ]
  return {
    file,
    args: [
      loader,
      hardware(''),
      ['-no-reboot', '-accel', 'tcg', '-kernel', kernel, '-dtb', tree, '-append', words.join(' ')],
      ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
      // The places of the controllers are those that the board's tree names.
      ['-global', 'virtio-mmio.force-legacy=false'],
      ...['gpio', 'i2c', 'spi'].map((name, place) => controller(name, place)),
      ['-device', 'virtio-serial-device', '-chardev', 'socket,id=line,fd=3', '-device', 'virtconsole,chardev=line'],
      exported('system', system, true),
      exported('checkout', root, true),
      exported('shared', sharedFolder, false),
      disk === undefined ? [] : diskOf(disk),
    ].flat(),
    env: { QEMU_MODULE_DIR: join(qemu, 'usr/lib/x86_64-linux-gnu/qemu') },
    bootTimeoutMs: 300_000,
    programTimeoutMs: 900_000,
  }
}

function controller(name: string, place: number): readonly string[] {
  const device = `vhost-user-${name}-device,chardev=${name},bus=virtio-mmio-bus.${place}`
  return ['-chardev', `socket,id=${name},path=${name}.sock`, '-device', device]
}

function exported(tag: string, folder: string, isReadOnly: boolean): readonly string[] {
  const options = `local,id=${tag},path=${folder},security_model=none${isReadOnly ? ',readonly=on' : ''}`
  return ['-fsdev', options, '-device', `virtio-9p-device,fsdev=${tag},mount_tag=${tag}`]
}

/** What the guest syncs is on the host's disk: that is what a power cut leaves. */
function diskOf(image: string): readonly string[] {
  return ['-drive', `if=none,id=disk,format=raw,file=${image}`, '-device', 'virtio-blk-device,drive=disk']
}
