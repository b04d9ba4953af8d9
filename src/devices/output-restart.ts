import type { SwitchConfig } from '../config/config.ts'
import { earlier, freshStatus, oppositeOf } from './output-status.ts'
import type { Back, OutputStatus } from './output-status.ts'
import type { OutputRecord, StoredOutputs } from './output-store.ts'

/**
 * What an output starts with: safe, and what `start: last` still has to restore. Restoring is a switching back like
 * any other (`back`), so that minOff and the rest are judged for it too.
 */
export interface StartPlan {
  readonly status: OutputStatus
  /** It was away from its safe state when it was last heard of: driving it safe now is a switching. */
  readonly wasAway: boolean
  readonly note: string | undefined
}

export function planStart(
  name: string,
  config: SwitchConfig,
  stored: StoredOutputs,
  options: { readonly latched: boolean; readonly nowMs: number },
): StartPlan {
  const { nowMs } = options
  const fresh = freshStatus(config.safe)
  // It may have been switched a moment ago.
  if (stored.kind === 'lost') return { status: { ...fresh, sinceMs: nowMs }, wasAway: false, note: undefined }
  // minOff and perMinute protect what hangs on the line, whatever it was called.
  const found = [...stored.records].find(([, each]) => each.line === config.line)
  if (found === undefined) return { status: fresh, wasAway: false, note: undefined }

  const [formerName, record] = found
  const isTurned = record.invert !== config.invert
  const wasAway = record.state !== config.safe || isTurned
  const status: OutputStatus = {
    ...fresh,
    // What was on when the program or the power ended went off at an unknown time: the strict reading is now.
    sinceMs: wasAway ? nowMs : record.sinceMs,
    switchesMs: config.perMinute === undefined ? [] : record.switchesMs,
    percent: record.percent,
    cause: record.cause,
    asker: record.asker,
  }
  const wanted: Back | undefined =
    record.state === oppositeOf(config.safe)
      ? { atMs: nowMs, endsMs: record.endsMs, latestMs: latestOf(record, config) }
      : record.back
  // Under another name it may be another thing, and where `invert` was turned, what was called on may have been off.
  const isKnown = formerName === name && !isTurned
  if (wanted === undefined || config.start === 'safe' || !isKnown) return { status, wasAway, note: undefined }
  if (options.latched) return { status, wasAway, note: `${name} stays ${config.safe}: outputs are latched.` }

  const latestMs = earlier(wanted.latestMs, config.maxOnMs === undefined ? undefined : nowMs + config.maxOnMs)
  const endsMs = earlier(wanted.endsMs, latestMs)
  // What has no end can be restored without knowing the time.
  const isTimeless = endsMs === undefined && wanted.atMs <= nowMs
  if (!stored.trusted && !isTimeless) {
    const note = `${name} stays ${config.safe}: after this reboot the clock cannot tell whether its time is over.`
    return { status, wasAway, note }
  }
  if (endsMs !== undefined && endsMs <= Math.max(nowMs, wanted.atMs)) {
    return { status, wasAway, note: `${name} stays ${config.safe}: its time ended while Pincer was not running.` }
  }
  return { status: { ...status, back: { atMs: wanted.atMs, endsMs, latestMs } }, wasAway, note: undefined }
}

/** A maxOn that was made shorter holds at once, counted from when it went on. */
function latestOf(record: OutputStatus, config: SwitchConfig): number | undefined {
  if (config.maxOnMs === undefined || record.sinceMs === undefined) return record.latestMs
  return earlier(record.latestMs, record.sinceMs + config.maxOnMs)
}

/**
 * What the disk must hold after a clean stop. The outputs are safe then; what `start: last` restores is a switching back
 * that is due at once.
 */
export function recordAtStop(
  config: SwitchConfig,
  before: OutputRecord | undefined,
  after: OutputRecord,
  nowMs: number,
): OutputRecord {
  const { safe, start } = config
  if (before === undefined || start === 'safe' || after.state !== safe) return after
  const wasAway = before.state === oppositeOf(safe)
  const back = wasAway ? { atMs: nowMs, endsMs: before.endsMs, latestMs: before.latestMs } : before.back
  return { ...after, back }
}
