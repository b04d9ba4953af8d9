import type { SwitchConfig } from '../config/config.ts'
import { formatDuration } from '../duration.ts'
import type { SetRequest, SwitchState } from './device.ts'
import { oppositeOf, percentOf } from './output-status.ts'
import type { Plan } from './output-status.ts'

/** The limits of an output in a few words, for example `maxOn 2h, minOff 5s, confirm`. */
export function formatLimits(config: SwitchConfig): string {
  const parts: string[] = []
  if (config.safe === 'on') parts.push('safe on')
  if (config.kind === 'level' && config.scale !== undefined) {
    const { min, max, safe } = config.scale
    parts.push(`range ${min} to ${max} %`, `safe ${safe} %`)
  }
  if (config.maxOnMs !== undefined) parts.push(`maxOn ${formatDuration(config.maxOnMs)}`)
  if (config.minOnMs !== undefined) parts.push(`minOn ${formatDuration(config.minOnMs)}`)
  if (config.minOffMs !== undefined) parts.push(`minOff ${formatDuration(config.minOffMs)}`)
  if (config.perMinute !== undefined) parts.push(`perMinute ${config.perMinute}`)
  if (config.interlock !== undefined) parts.push(`interlock ${config.interlock}`)
  if (config.deadTimeMs !== undefined) parts.push(`deadTime ${formatDuration(config.deadTimeMs)}`)
  if (config.confirm) parts.push('confirm')
  return parts.join(', ')
}

/**
 * What a human is asked to allow, word for word: it depends on the request and the configuration alone, so that the same
 * words still hold when the answer comes. `undefined` when nobody needs to be asked: going to the safe state for good.
 */
export function describeConfirmation(config: SwitchConfig, request: SetRequest): string | undefined {
  const { name, value, forMs } = request
  if (!config.confirm || (value === config.safe && forMs === undefined)) return undefined
  const opposite = oppositeOf(value)
  if (value === config.safe && forMs !== undefined) {
    return `switch ${name} ${value} for ${formatDuration(forMs)}, then ${opposite} again`
  }
  const { maxOnMs } = config
  if (maxOnMs !== undefined && (forMs === undefined || forMs > maxOnMs)) {
    return `switch ${name} ${value} for at most ${formatDuration(maxOnMs)} (maxOn), then ${opposite} again`
  }
  if (forMs !== undefined) return `switch ${name} ${value} for ${formatDuration(forMs)}, then ${opposite} again`
  return `switch ${name} ${value}`
}

/** What is true after a set, and until when. */
export function describeOutcome(options: {
  readonly name: string
  readonly config: SwitchConfig
  readonly percent: number | undefined
  readonly value: SwitchState
  readonly changed: boolean
  readonly plan: Plan
  /** `for` asked to come back, but there is nothing to come back to. */
  readonly stays: boolean
  readonly nowMs: number
  readonly simulated: boolean
}): string {
  const { name, config, value, plan, nowMs } = options
  const wordOf = (state: SwitchState): string => stateWord(config, state, options.percent)
  const endMs = plan.endsMs ?? plan.back?.atMs
  const byMaxOn = plan.endsMs !== undefined && plan.endsMs === plan.latestMs
  const until =
    endMs === undefined
      ? options.stays
        ? ` and stays ${wordOf(value)}`
        : ''
      : `, ${wordOf(oppositeOf(value))} again in ${formatDuration(endMs - nowMs)}${byMaxOn ? ' by maxOn' : ''}`
  return `${name} is ${wordOf(value)}${options.changed ? '' : ' already'}${until}${options.simulated ? ' (simulated)' : ''}.`
}

/** `on`, `off`, or what the level is; a light that is wholly on is on. */
function stateWord(config: SwitchConfig, state: SwitchState, percent: number | undefined): string {
  const level = percentOf(config, state, percent)
  if (config.kind === 'level' || (level !== 0 && level !== 100)) return `at ${level} %`
  return state
}
