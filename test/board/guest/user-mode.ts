import type { KernelFiles } from '../kernel/board-kernel.ts'
import type { BoardTree } from '../kernel/machines.ts'
import { memoryFolder } from '../kernel/memory-folder.ts'
import type { GuestCommand } from './guest.ts'

const memoryMiB = 512

/** What a guest has of its host, whatever machine it is. */
export interface GuestSurroundings {
  /** Where the sockets of its devices are. */
  readonly folder: string
  /** The host folder that guest and test share. */
  readonly sharedFolder: string
  /** A disk image with an ext4 file system, at /run/disk in the guest. */
  readonly disk: string | undefined
  readonly tree: BoardTree
}

/** User-mode Linux: the kernel is a program of the host, whose files are the guest's. */
export async function userModeCommand(
  { kernel, deviceTree }: KernelFiles,
  { folder, sharedFolder, disk, tree }: GuestSurroundings,
): Promise<GuestCommand> {
  return {
    file: kernel,
    args: [
      `mem=${memoryMiB}M`,
      'seccomp=on',
      'con=null',
      'con0=null,fd:1',
      'con1=fd:3',
      'root=/dev/root',
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      'quiet',
      `dtb=${deviceTree(tree)}`,
      `init=${new URL('init.sh', import.meta.url).pathname}`,
      'board.line=tty1',
      `board.shared=${sharedFolder}`,
      ...(disk === undefined ? [] : [`ubd0=${disk}`]),
    ],
    // It keeps its own notes at home, and its memory, an unlinked file, in the temporary folder.
    env: { HOME: folder, TMPDIR: await memoryFolder(memoryMiB) },
    bootTimeoutMs: 120_000,
    programTimeoutMs: 540_000,
  }
}
