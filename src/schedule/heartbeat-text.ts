import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { type HeartbeatFile, isQuiet, quietEnd, type QuietHours } from './heartbeat-file.ts'

/** How the heartbeat stands, for people: why it asks no model, or when it looks next and what it has cost. */
export function heartbeatLine(now: {
  readonly everyMs: number
  readonly nowMs: number
  readonly hasOwner: boolean
  /** Undefined where there is none that counts. */
  readonly file: HeartbeatFile | undefined
  /** Reads on after "because". */
  readonly whyLeftOut: string | undefined
  /** Until the next look. */
  readonly nextMs: number | 'now'
  /** Wall clock ms of when it asked the model last; 0 for never. */
  readonly askedMs: number
  /** Used today. */
  readonly tokens: number
}): string {
  const why = idleWhy(now)
  if (why !== undefined) return `Heartbeat: looks after nothing, because ${why}.`
  const { everyMs, nowMs, nextMs, askedMs, tokens, file } = now
  const next = nextText(nextMs, isQuiet(file?.quiet, nowMs) ? file?.quiet : undefined)
  const asked = askedMs === 0 ? 'it never asked the model yet' : `it asked the model ${ago(nowMs - askedMs)}`
  const fault =
    file?.fault === undefined
      ? ''
      : ` HEARTBEAT.md says ${JSON.stringify(file.fault.slice(0, 60))}, which I do not understand: expected quiet hours: 22:00-07:00, or off.`
  return `Heartbeat: looks each ${formatDuration(everyMs)}, ${next}; ${asked}; ${tokens} of ${limits.heartbeatTokensPerDayMax} tokens today.${fault}`
}

function idleWhy({ hasOwner, file, whyLeftOut, tokens }: Parameters<typeof heartbeatLine>[0]): string | undefined {
  if (!hasOwner) return 'nobody is paired yet whom it could tell'
  if (file === undefined)
    return whyLeftOut ?? 'there is no HEARTBEAT.md in the workspace: write there what to look after'
  if (file.task === '') return 'HEARTBEAT.md is empty: write there what to look after'
  return tokens >= limits.heartbeatTokensPerDayMax
    ? `its ${limits.heartbeatTokensPerDayMax} tokens of today are used up`
    : undefined
}

function nextText(nextMs: number | 'now', quiet: QuietHours | undefined): string {
  if (quiet !== undefined) return `quiet until ${quietEnd(quiet)}`
  return nextMs === 'now' ? 'looking now' : `next in ${formatDuration(nextMs)}`
}

/** A clock may have been put back since. */
function ago(durationMs: number): string {
  return durationMs < 1_000 ? 'just now' : `${formatDuration(durationMs)} ago`
}
