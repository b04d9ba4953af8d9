import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { HardwareError } from '../../errors.ts'
import type { Addon, GpioChipLine } from '../native/addon.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { deviceNodes, noRight } from './device-nodes.ts'
import { kernelName } from './kernel-errors.ts'

/** A line where it is just now: chips change their numbers, so the path is good for one use alone. */
export interface FoundLine {
  readonly path: string
  readonly offset: number
  readonly info: GpioChipLine
  /** The chip's label and the offset. Where two chips have that label: `label@device:offset`. */
  readonly address: string
  /** All that a configuration may call it: by the label alone too, which two lines may have, and by `label@device` always. */
  readonly spellings: readonly string[]
}

interface FoundChip {
  readonly node: string
  readonly label: string
  /** What it hangs on, for example `1-0020`: tells two chips with one label apart, and does not depend on their order. */
  readonly device: string
  readonly lines: readonly GpioChipLine[]
}

export interface GpioPlace {
  /** `/`, or a folder that looks like it. */
  readonly root: string
  readonly addon: Pick<Addon, 'gpioChip'>
}

/** All lines of all chips that may be opened. Fails with EPERM when there are chips and none of them may be. */
export function allLines(place: GpioPlace): readonly FoundLine[] {
  const { chips, denied } = allChips(place)
  if (chips.length === 0 && denied !== undefined) throw denied
  return linesOf(chips, place)
}

/**
 * The line with this name of the kernel, or at this address. Fails with ENODEV, with EPERM when it could be on a chip
 * that may not be opened, and with EINVAL when it could be more than one: then the sentence names them.
 */
export function findLine(wanted: string, place: GpioPlace): FoundLine {
  const { chips, denied } = allChips(place)
  const lines = linesOf(chips, place)
  const named = wanted === '' ? [] : lines.filter(({ info }) => info.name === wanted)
  const found = named.length > 0 ? named : lines.filter(({ spellings }) => spellings.includes(wanted))
  const [line, second] = found
  if (second !== undefined)
    throw hardwareFault('EINVAL', remedies['line-twice'](wanted, [...new Set(found.map(({ address }) => address))]))
  if (line !== undefined) return line
  if (denied !== undefined) throw denied
  throw hardwareFault('ENODEV', chips.length === 0 ? remedies['no-gpio']() : remedies['no-line'](wanted))
}

function linesOf(chips: readonly FoundChip[], { root }: GpioPlace): readonly FoundLine[] {
  return chips.flatMap((chip) => {
    const isAlone = chips.every((other) => other === chip || other.label !== chip.label)
    return chip.lines.map((info, offset) => {
      const [short, long] = [`${chip.label}:${offset}`, `${chip.label}@${chip.device}:${offset}`]
      return { path: join(root, chip.node), offset, info, address: isAlone ? short : long, spellings: [short, long] }
    })
  })
}

/** A chip that goes away while it is looked at is not there. The first that may not be opened is told. */
function allChips({ root, addon }: GpioPlace): {
  readonly chips: readonly FoundChip[]
  readonly denied: HardwareError | undefined
} {
  const chips = new Map<string, FoundChip>()
  let denied: HardwareError | undefined
  for (const [number] of deviceNodes(root, /^gpiochip(\d+)$/)) {
    const node = `/dev/gpiochip${number}`
    try {
      const { name, label, lines } = addon.gpioChip(join(root, node))
      const device = deviceOf(root, name)
      // Some boards have a second node for a chip, by the number that it once had.
      if (!chips.has(name)) chips.set(name, { node, label: label === '' ? device : label, device, lines })
    } catch (error) {
      const code = kernelName(error)
      if (code === 'EACCES' || code === 'EPERM') denied ??= noRight(root, node, 'gpio', error)
      else if (code === undefined) throw error
    }
  }
  return { chips: [...chips.values()], denied }
}

function deviceOf(root: string, chip: string): string {
  try {
    return basename(dirname(realpathSync(join(root, 'sys/bus/gpio/devices', chip))))
  } catch {
    return chip
  }
}
