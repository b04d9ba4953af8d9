import type { DeviceSummary } from '../devices/device.ts'
import type { Job } from './job.ts'

/** What a `do` makes of an output. */
export interface Wish {
  readonly output: string
  /** As device_set takes it: `on`, `off` or a level in percent. */
  readonly value: 'on' | 'off' | number
  /** It goes back by itself: a pulse, not a state that the rule keeps. */
  readonly ends: boolean
}

/** The last word of a job on each output that it sets. */
export function wishesOf({ action }: Pick<Job, 'action'>): readonly Wish[] {
  if (action.kind !== 'do') return []
  const wishes = new Map<string, Wish>()
  for (const { tool, args } of action.calls) {
    const { name, value } = args
    if (tool !== 'device_set' || typeof name !== 'string') continue
    if (value !== 'on' && value !== 'off' && typeof value !== 'number') continue
    wishes.set(name, { output: name, value, ends: args['for'] !== undefined })
  }
  return [...wishes.values()]
}

/** A job that does nothing but keep outputs in a state: run twice, it is as if it had run once. */
export function keepsState({ action }: Pick<Job, 'action'>): boolean {
  const keeps = (tool: string, args: Readonly<Record<string, unknown>>): boolean =>
    tool === 'device_set' && args['for'] === undefined
  return action.kind === 'do' && action.calls.every(({ tool, args }) => keeps(tool, args))
}

export function isSafe(wish: Wish, devices: readonly DeviceSummary[]): boolean {
  return !wish.ends && devices.find((each) => each.name === wish.output)?.safe === wish.value
}

export function differ(one: Wish, other: Wish): boolean {
  return one.output === other.output && one.value !== other.value
}

/** For example `lamp on`, `fan 40 %`. */
export function wishText({ output, value }: Wish): string {
  return `${output} ${typeof value === 'number' ? `${value} %` : value}`
}
