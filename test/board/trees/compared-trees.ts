import type { DebianTree } from './debian-trees.ts'

export interface Compared {
  readonly id: string
  /** `compatible` of the chips with the lines of the headers. */
  readonly chip: string
  readonly trees: readonly DebianTree[]
}

const raspberry = (id: string, chip: string, ...models: readonly string[]): Compared => {
  const trees = models.map((model) => ({ architecture: 'arm64', path: `broadcom/${model}.dtb` }) as const)
  return { id, chip, trees }
}

/** Each board with the device trees that Debian's kernel starts it with. */
export const compared: readonly Compared[] = [
  raspberry('raspberry-pi-zero-2-w', 'brcm,bcm2835-gpio', 'bcm2837-rpi-zero-2-w'),
  raspberry('raspberry-pi-3', 'brcm,bcm2835-gpio', 'bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus'),
  raspberry('raspberry-pi-4', 'brcm,bcm2711-gpio', 'bcm2711-rpi-4-b'),
  raspberry('raspberry-pi-5', 'raspberrypi,rp1-gpio', 'bcm2712-rpi-5-b', 'bcm2712-d-rpi-5-b'),
  {
    id: 'visionfive-2',
    chip: 'starfive,jh7110-sys-pinctrl',
    trees: ['v1.2a', 'v1.3b'].map((version) => ({
      architecture: 'riscv64',
      path: `starfive/jh7110-starfive-visionfive-2-${version}.dtb`,
    })),
  },
  {
    id: 'beaglebone-black',
    chip: 'ti,omap4-gpio',
    trees: [{ architecture: 'armhf', path: 'am335x-boneblack.dtb' }],
  },
]
