import type { OfflineCall, Setting } from './parsed.ts'
import type { Vocabulary } from './symbols.ts'

/** Why an output cannot be set like that, and an order that it could take. */
export interface Misfit {
  readonly reason: string
  readonly offer: OfflineCall
}

/** The first misfit of setting all of these to `value`: a level for what is only on or off, or one beyond 100 %. */
export function levelMisfitOf(names: readonly string[], value: Setting, vocabulary: Vocabulary): Misfit | undefined {
  if (typeof value !== 'number') return undefined
  const rigid = names.find((name) => vocabulary.devices.get(name)?.hasLevel !== true)
  if (rigid !== undefined) return whatFits(rigid, vocabulary)
  const [name] = names
  if (value <= 100 || name === undefined) return undefined
  return { ...whatFits(name, vocabulary), reason: `A level is between 0 % and 100 %, not ${value} %.` }
}

/** The first of these that reads as a percentage alone, so that nobody knows which way round to toggle it. */
export function toggleMisfitOf(names: readonly string[], vocabulary: Vocabulary): Misfit | undefined {
  const name = names.find((each) => vocabulary.devices.get(each)?.quantities.includes('state') !== true)
  if (name === undefined) return undefined
  return { ...whatFits(name, vocabulary), reason: `${name} is set in percent, so it cannot be toggled.` }
}

/** What this output can be set to, for somebody who asked for something else. */
export function whatFits(name: string, vocabulary: Vocabulary): Misfit {
  const hasLevel = vocabulary.devices.get(name)?.hasLevel === true
  return {
    reason: `${name} can only be set to ${hasLevel ? 'on, off or a percentage' : 'on or off'}.`,
    offer: { kind: 'set', name, value: hasLevel ? 50 : 'on', forMs: undefined },
  }
}
