import { boardKernel } from './kernel/board-kernel.ts'
import { machineOf } from './kernel/machines.ts'

const { version } = await boardKernel(machineOf(process.env['BOARD_MACHINE']))
const [major = 0, minor = 0] = version.split('.').map(Number)

/** Why tests of SPI are left out, in one sentence: virtio-spi came with Linux 6.18. */
export const withoutSpi: string | false =
  major * 1_000 + minor < 6_018 && `left out: Linux ${major}.${minor} has no SPI controller for a virtual board`
