import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { HardwareError } from '../../errors.ts'
import { hardwareFault, remedies } from '../remedies.ts'

/** The numbers in those names of /dev that `pattern` matches, in order. `root` is `/`, or a folder that looks like it. */
export function deviceNodes(root: string, pattern: RegExp): readonly (readonly number[])[] {
  return namesIn(join(root, 'dev'))
    .flatMap((name) => {
      const found = pattern.exec(name)
      return found === null ? [] : [found.slice(1).map(Number)]
    })
    .toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0))
}

/** Why a device node may not be opened: its group, or that it has none. */
export function noRight(root: string, node: string, usualGroup: string, reason: unknown): HardwareError {
  const group = groupOf(root, node)
  const remedy = group === undefined ? remedies['no-group'](node, usualGroup) : remedies['no-right'](node, group)
  return hardwareFault('EPERM', remedy, reason)
}

/** The kernel driver that holds an address; empty when it does not say. */
export function holderOf(root: string, bus: number, address: number): string {
  try {
    return basename(
      readlinkSync(join(root, `sys/bus/i2c/devices/${bus}-${address.toString(16).padStart(4, '0')}/driver`)),
    )
  } catch {
    return ''
  }
}

/** The group that a node belongs to; `undefined` for root's own and when it cannot be told. */
function groupOf(root: string, node: string): string | undefined {
  try {
    const { gid } = statSync(join(root, node))
    if (gid === 0) return undefined
    const line = readFileSync(join(root, 'etc/group'), 'utf8')
      .split('\n')
      .find((each) => each.split(':')[2] === String(gid))
    return line?.split(':')[0]
  } catch {
    return undefined
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
