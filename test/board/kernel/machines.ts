/** What a board's kernel can be built for: user-mode Linux, a program of this machine, or a machine that QEMU emulates. */
export type Machine = 'um' | EmulatedMachine
export type EmulatedMachine = 'arm64' | 'riscv64'

/** What there is: the board alone, or with a HAT on its header whose chips the kernel drives. */
export type BoardTree = 'board' | 'hat'

export interface MachineBuild {
  /** The files of options in this folder, the last one over the others. */
  readonly options: readonly string[]
  /** The device trees that tests can have there, by the names of their sources in device-tree/. */
  readonly trees: Readonly<Partial<Record<BoardTree, string>>>
  /** What kbuild calls the machine. */
  readonly kbuildName: string
  /** What the names of its compilers begin with. */
  readonly toolPrefix: string
  /** The kernel, as a target of kbuild and as a path below its output. */
  readonly image: { readonly target: string; readonly path: string }
}

export const machineBuilds: Readonly<Record<Machine, MachineBuild>> = {
  um: {
    options: ['config', 'config.um'],
    trees: { board: 'um.dts', hat: 'hat.dts' },
    kbuildName: 'um',
    toolPrefix: '',
    image: { target: 'linux', path: 'linux' },
  },
  arm64: {
    options: ['config', 'config.emulated', 'config.arm64'],
    trees: { board: 'arm64.dts' },
    kbuildName: 'arm64',
    toolPrefix: 'aarch64-linux-gnu-',
    image: { target: 'Image', path: 'arch/arm64/boot/Image' },
  },
  riscv64: {
    options: ['config', 'config.emulated', 'config.riscv64'],
    trees: { board: 'riscv64.dts' },
    kbuildName: 'riscv',
    toolPrefix: 'riscv64-linux-gnu-',
    image: { target: 'Image', path: 'arch/riscv/boot/Image' },
  },
}

/** The machine that a command line or the environment names; user-mode Linux where it names none. */
export function machineOf(name: string | undefined): Machine {
  switch (name) {
    case undefined:
    case '':
      return 'um'
    case 'um':
    case 'arm64':
    case 'riscv64':
      return name
    default:
      throw new Error(`There is no virtual board for "${name}": name one of ${Object.keys(machineBuilds).join(', ')}.`)
  }
}
