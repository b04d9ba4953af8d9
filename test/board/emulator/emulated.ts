import { join } from 'node:path'
import type { EmulatedMachine } from '../kernel/machines.ts'
import type { DebianFolder } from './debian-folder.ts'

/** QEMU for every machine that a board is emulated on. */
export const emulator: DebianFolder = {
  name: 'qemu',
  architecture: 'amd64',
  packages: ['qemu-system-arm', 'qemu-system-riscv'],
}

/** What the scripts of the guest and the tests call, and what the runtime is linked with. */
const programs = ['base-files', 'base-passwd', 'dash', 'coreutils', 'mount', 'sed', 'perl-base', 'python3']
const runtimeLibraries = ['libstdc++6', 'libatomic1']

/** The file system of the guest. npm has no runtime for riscv64: Debian has the same major. */
export const systems: Readonly<Record<EmulatedMachine, DebianFolder>> = {
  arm64: { name: 'system-arm64', architecture: 'arm64', packages: [...programs, ...runtimeLibraries] },
  riscv64: { name: 'system-riscv64', architecture: 'riscv64', packages: [...programs, 'nodejs'] },
}

/** What lies over the checkout in the guest: the runtime and the addons, for its processor. */
export function layerOf(root: string, machine: EmulatedMachine): string {
  return join(root, 'dist/native', machine)
}
