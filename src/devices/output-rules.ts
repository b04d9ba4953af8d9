import type { SwitchConfig } from '../config/config.ts'
import { formatDuration } from '../duration.ts'
import type { SwitchState } from './device.ts'
import { earlier, noEnds, oppositeOf, rateWindowMs } from './output-status.ts'
import type { OutputStatus, Plan } from './output-status.ts'

/**
 * The limits on outputs, as one pure function. What it decides:
 *
 * 1. Going to the safe state is always allowed, except that minOn and minOff hold. (The deadline and `driveSafe` do not
 *    come here: they protect people, minOn only protects a machine, so they ignore it.)
 * 2. Leaving the safe state must also keep perMinute; going on must keep the interlock and its dead time. Every switching
 *    counts in the rate, also those to the safe state.
 * 3. maxOn bounds the time on; a longer `for` is cut to it. It goes with `safe: off` alone, so that its deadline always ends
 *    in the safe state (createDevices refuses the other).
 * 4. Asking for the state it already has switches nothing. A new `for` then moves the end, never beyond maxOn counted
 *    from when it went on; without `for` the end stays as it is.
 * 5. `for` on the safe state switches back afterwards, if it was not safe before: that later switching is judged again.
 */
export interface OutputView {
  readonly name: string
  readonly config: SwitchConfig
  readonly status: OutputStatus
  /** Another output of the same interlock group that is on, or that may be. */
  readonly rival: { readonly name: string; readonly state: 'on' | 'unknown' } | undefined
  /** Another one of the group that went off a moment ago, and from when on this one may go on. */
  readonly settling: { readonly name: string; readonly untilMs: number } | undefined
}

export interface Wish {
  readonly value: SwitchState
  readonly forMs: number | undefined
  /** For outputs with a scale; else, and where it is not said, `undefined`. */
  readonly percent?: number | undefined
}

export type LimitName = 'minOn' | 'minOff' | 'perMinute' | 'interlock' | 'deadTime' | 'range'

export type Verdict =
  | Allowed
  | {
      readonly kind: 'refused'
      readonly limit: LimitName
      /** Monotonic time from which it would be allowed, where time alone lifts it. */
      readonly untilMs: number | undefined
      readonly sentence: string
    }

/** `keep`: it has this state already; nothing is switched, only its end may move. */
export type Allowed = Plan & { readonly kind: 'switch' | 'keep' }

export function judge(view: OutputView, wish: Wish, nowMs: number): Verdict {
  const { status } = view
  const refused =
    judgeRange(view, wish) ??
    (status.state === wish.value
      ? judgeEnd(view, wish, status.sinceMs ?? nowMs, nowMs)
      : (judgeMinimum(view, wish, nowMs) ??
        judgeInterlock(view, wish) ??
        judgeDeadTime(view, wish, nowMs) ??
        judgeRate(view, wish, nowMs) ??
        judgeEnd(view, wish, nowMs, nowMs)))
  if (refused !== undefined) return refused
  return status.state === wish.value ? keep(view, wish, nowMs) : switchOver(view, wish, nowMs)
}

function switchOver(view: OutputView, wish: Wish, nowMs: number): Verdict {
  const { status, config } = view
  const forEndMs = wish.forMs === undefined ? undefined : nowMs + wish.forMs
  if (wish.value === config.safe) {
    const wasAway = status.state === oppositeOf(config.safe)
    // What would have ended by itself keeps that end: it comes back for the rest alone, or not at all.
    const restMs = forEndMs === undefined ? 0 : (status.endsMs ?? Number.POSITIVE_INFINITY) - forEndMs
    const comesBack = forEndMs !== undefined && wasAway && restMs > 0
    const back = comesBack ? { atMs: forEndMs, endsMs: status.endsMs, latestMs: undefined } : undefined
    return { kind: 'switch', ...noEnds, back }
  }
  const latestMs = config.maxOnMs === undefined ? undefined : nowMs + config.maxOnMs
  return { kind: 'switch', endsMs: earlier(forEndMs, latestMs), latestMs, back: undefined }
}

function keep(view: OutputView, wish: Wish, nowMs: number): Verdict {
  const { status, config } = view
  const forEndMs = wish.forMs === undefined ? undefined : nowMs + wish.forMs
  if (wish.value === config.safe) {
    // Without `for`, asking for the safe state takes back what was still to come.
    const back = status.back !== undefined && forEndMs !== undefined ? { ...status.back, atMs: forEndMs } : undefined
    return { kind: 'keep', ...noEnds, back }
  }
  const endsMs = forEndMs === undefined ? status.endsMs : earlier(forEndMs, status.latestMs)
  return { kind: 'keep', endsMs, latestMs: status.latestMs, back: undefined }
}

/** Off is always in range: it is the safe level. */
function judgeRange({ config: { scale }, name }: OutputView, { value, percent }: Wish): Verdict | undefined {
  if (percent === undefined || value === 'off') return undefined
  const refused = { kind: 'refused', limit: 'range', untilMs: undefined } as const
  if (scale === undefined) return { ...refused, sentence: `${name} can only be on or off.` }
  const { min, max, safe } = scale
  if (percent >= min && percent <= max) return undefined
  const or = safe < min || safe > max ? ` or ${safe} %` : ''
  return {
    ...refused,
    sentence: `${name} stays as it is: its range is ${min} % to ${max} %${or}, and ${percent} % is outside.`,
  }
}

/** minOn and minOff of the state that is left. */
function judgeMinimum(view: OutputView, wish: Wish, nowMs: number): Verdict | undefined {
  const { status, config, name } = view
  // Nobody knows what an unknown output does: it may always be driven safe.
  if (status.sinceMs === undefined || (status.state === 'unknown' && wish.value === config.safe)) return undefined
  const left = oppositeOf(wish.value)
  const [limit, minimumMs] = minimumOf(config, left)
  const untilMs = status.sinceMs + (minimumMs ?? 0)
  if (minimumMs === undefined || nowMs >= untilMs) return undefined
  const sentence = `${name} stays ${left} for ${formatRest(untilMs - nowMs)} more: ${limit} ${formatDuration(minimumMs)}.`
  return { kind: 'refused', limit, untilMs, sentence }
}

function judgeInterlock(view: OutputView, wish: Wish): Verdict | undefined {
  const { rival, config, name } = view
  if (wish.value !== 'on' || rival === undefined) return undefined
  const why =
    rival.state === 'on'
      ? `while ${rival.name} is on: of the interlock group ${config.interlock} only one may be on. Switch ${rival.name} off first.`
      : `because ${rival.name} may be on (its line cannot be driven): of the interlock group ${config.interlock} only one may be on.`
  return { kind: 'refused', limit: 'interlock', untilMs: undefined, sentence: `${name} stays off ${why}` }
}

/** Between two motors, or two directions of one: the first must have come to rest. */
function judgeDeadTime({ settling, name }: OutputView, wish: Wish, nowMs: number): Verdict | undefined {
  if (wish.value !== 'on' || settling === undefined || nowMs >= settling.untilMs) return undefined
  const { untilMs } = settling
  const sentence = `${name} stays off for ${formatRest(untilMs - nowMs)} more: ${settling.name} of its interlock group has only just gone off (deadTime).`
  return { kind: 'refused', limit: 'deadTime', untilMs, sentence }
}

function judgeRate(view: OutputView, wish: Wish, nowMs: number): Verdict | undefined {
  const { status, config, name } = view
  if (config.perMinute === undefined || wish.value === config.safe) return undefined
  const recent = status.switchesMs.filter((atMs) => atMs > nowMs - rateWindowMs)
  const leavesMs = recent.at(-config.perMinute)
  if (leavesMs === undefined) return undefined
  const untilMs = leavesMs + rateWindowMs
  const times = recent.length === 1 ? 'once' : `${recent.length} times`
  const sentence = `${name} was switched ${times} within a minute: wait ${formatRest(untilMs - nowMs)} more (perMinute ${config.perMinute}).`
  return { kind: 'refused', limit: 'perMinute', untilMs, sentence }
}

/** A `for` that would end before minOn or minOff allows is refused at once, not broken later. */
function judgeEnd(view: OutputView, wish: Wish, sinceMs: number, nowMs: number): Verdict | undefined {
  const { config, name } = view
  const [limit, minimumMs] = minimumOf(config, wish.value)
  if (wish.forMs === undefined || minimumMs === undefined || nowMs + wish.forMs >= sinceMs + minimumMs) return undefined
  const leastMs = sinceMs + minimumMs - nowMs
  const sentence = `${name} cannot be ${wish.value} for only ${formatDuration(wish.forMs)}: ask for ${formatRest(leastMs)} or more (${limit} ${formatDuration(minimumMs)}).`
  return { kind: 'refused', limit, untilMs: undefined, sentence }
}

function minimumOf(config: SwitchConfig, state: SwitchState): ['minOn' | 'minOff', number | undefined] {
  switch (state) {
    case 'on':
      return ['minOn', config.minOnMs]
    case 'off':
      return ['minOff', config.minOffMs]
  }
}

/** Rounded up: who waits as long as he was told must not be refused again. */
function formatRest(restMs: number): string {
  return formatDuration(restMs < 1_000 ? restMs : Math.ceil(restMs / 1_000) * 1_000)
}
