import { boardKernel } from './kernel/board-kernel.ts'
import { machineOf } from './kernel/machines.ts'

const { version } = await boardKernel(machineOf(process.env['BOARD_MACHINE']))
const [major = 0, minor = 0] = version.split('.').map(Number)
const isBefore = (wanted: number): boolean => major * 1_000 + minor < wanted

/** Why tests of SPI are left out, in one sentence: virtio-spi came with Linux 6.18. */
export const withoutSpi: string | false =
  isBefore(6_018) && `left out: Linux ${major}.${minor} has no SPI controller for a virtual board`

/**
 * Why a program in the guest cannot be watched by the sanitizers, in one sentence: they want 16 TiB of addresses, and
 * user-mode Linux had no more than 512 GiB before it got a fourth level of page tables.
 */
export const withoutAddresses: string | false =
  isBefore(6_013) && `left out: user-mode Linux ${major}.${minor} has too few addresses for the sanitizers`
