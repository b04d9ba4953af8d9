import { posix } from 'node:path'
import type { DeviceSummary, ReadOutcome } from '../devices/device.ts'
import { deadBandOf } from './dead-bands.ts'

/** What a text names that can be looked at without a model. */
export interface Named {
  readonly devices: readonly string[]
  readonly paths: readonly string[]
}

/** What was there: by `device.quantity` the value, `failed` by the device, and by path what tells its versions apart. */
export type Seen = Readonly<Record<string, number | string>>

/** What stands for a path in the workspace that does not exist. */
const absent = '-'

/**
 * Devices by their names, and files by their paths: those that exist or did, and those that may come into a folder that
 * exists. `and/or` is no path.
 */
export function namedIn(
  text: string,
  devices: readonly DeviceSummary[],
  look: { readonly before: Seen; readonly fingerprint: (path: string) => string },
): Named {
  const words = new Set((text.match(/[\p{L}\p{N}_./-]+/gu) ?? []).map((word) => word.replace(/^\.\/|[./-]+$/g, '')))
  const names = devices.map(({ name }) => name)
  const isDevice = (word: string): boolean => names.includes(word.split('.')[0] ?? '')
  const isPath = (word: string): boolean => {
    if (isDevice(word) || !/[./]/.test(word)) return false
    if (look.fingerprint(word) !== absent || (look.before[word] ?? absent) !== absent) return true
    return word.includes('/') && look.fingerprint(posix.dirname(word)) !== absent
  }
  return {
    devices: names.filter((name) => [...words].some((word) => word === name || word.startsWith(`${name}.`))),
    paths: [...words].filter(isPath),
  }
}

export function seenOf(outcomes: readonly ReadOutcome[], paths: readonly (readonly [string, string])[]): Seen {
  const readings = outcomes.flatMap((outcome): readonly (readonly [string, number | string])[] => {
    switch (outcome.status) {
      case 'failed':
        return [[outcome.device, 'failed']]
      case 'ok':
        return outcome.readings.map(({ device, quantity, value }) => [`${device}.${quantity}`, value])
    }
  })
  return Object.fromEntries([...readings, ...paths])
}

/** The names of what is not as it was, beyond what a sensor trembles. */
export function changedIn(before: Seen, now: Seen): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].filter((name) => {
    const [was, is] = [before[name] ?? absent, now[name] ?? absent]
    if (typeof was !== 'number' || typeof is !== 'number') return was !== is
    const band = deadBandOf(name.slice(name.lastIndexOf('.') + 1))
    return band === 0 ? was !== is : Math.abs(is - was) >= band
  })
}
