import type { SwitchConfig } from '../config/config.ts'
import { consumerOf, describeLineFault } from './line-fault.ts'
import { openDrive } from './output-drive.ts'
import type { OutputPorts } from './output-drive.ts'
import { safePercentOf } from './output-orphans.ts'
import { noEnds, oppositeOf } from './output-status.ts'
import type { Back } from './output-status.ts'
import { OutputStore } from './output-store.ts'
import type { BoardStateParts, OutputRecord, StoredOutputs } from './output-store.ts'
import { RawLines } from './raw-lines.ts'

export { wasSimulated } from './output-store.ts'

/** What became of one line. */
export interface MadeSafe {
  readonly sentence: string
  readonly done: boolean
}

interface Target {
  /** `lamp`, or what else tells people which one it is. */
  readonly name: string
  readonly line: string
  readonly invert: boolean
  readonly safe: 'on' | 'off'
  readonly safePercent: number | undefined
}

/**
 * Makes a board safe that no Pincer serves: requests every output at its safe level and gives it back, whatever minOn
 * says; also what was on when Pincer was killed and no device has any more, and what gpio_write drove. Never fails.
 *
 * It is no stop that a person gave: nothing is latched, and `start: last` restores what it would have restored.
 */
export async function makeBoardSafe(
  options: BoardStateParts & {
    /** `unknown` where the configuration cannot be read: then what the state folder knows of is made safe. */
    readonly configs: ReadonlyMap<string, SwitchConfig> | 'unknown'
    /** The lines of all devices, also of those that are no outputs. */
    readonly usedLines: ReadonlySet<string>
    readonly ports: OutputPorts
  },
): Promise<readonly MadeSafe[]> {
  const { configs, usedLines, ports, simulated } = options
  const store = new OutputStore(options)
  const stored = await store.load()
  const targets = [
    ...(configs === 'unknown' ? [] : [...configs].map(([name, config]) => targetOf(name, config))),
    ...leftTargets(stored, configs, usedLines),
  ]
  const made: MadeSafe[] = []
  const drivenLines = new Map<string, { readonly target: Target; readonly done: boolean }>()
  for (const target of targets) {
    const result = await makeSafe(target, ports)
    made.push(result)
    drivenLines.set(target.line, { target, done: result.done })
  }
  if (targets.length > 0)
    await store.saveOrSpoil(recordsAfter(stored, targets, drivenLines, options.clock.monotonicMs()))
  for (const { line, fault } of await new RawLines(options).letGo(ports.gpio, (each) => usedLines.has(each))) {
    const what = `${line}, which gpio_write had left driven`
    const end = fault === undefined ? 'is an input again' : `could not be made an input again. ${fault}`
    made.push({ sentence: `${what}, ${end}`, done: fault === undefined })
  }
  const mark = simulated ? ' (simulated)' : ''
  return made.map(({ sentence, done }) => ({ sentence: `${sentence.replace(/\.$/, '')}${mark}.`, done }))
}

function targetOf(name: string, { line, invert, safe, scale }: SwitchConfig): Target {
  return { name, line, invert, safe, safePercent: scale?.safe }
}

/** What the record knows and no device has now; of an earlier boot nothing, for then lines drive nothing. */
function leftTargets(
  stored: StoredOutputs,
  configs: ReadonlyMap<string, SwitchConfig> | 'unknown',
  usedLines: ReadonlySet<string>,
): readonly Target[] {
  if (stored.kind === 'lost' || !stored.sameBoot) return []
  return [...stored.records].flatMap(([name, { line, invert, safe, safePercent, state }]): readonly Target[] => {
    if (configs === 'unknown') return [{ name, line, invert, safe, safePercent }]
    if (state === safe || usedLines.has(line)) return []
    return [{ name: `${name}, which is not configured any more`, line, invert, safe, safePercent }]
  })
}

async function makeSafe(target: Target, ports: OutputPorts): Promise<MadeSafe> {
  const { name, line, invert, safe } = target
  const percent = safePercentOf(target)
  try {
    const drive = await openDrive(ports, { line, invert, consumer: consumerOf(name), percent, safePercent: percent })
    await drive.release()
    return { sentence: `${name}: ${line} was driven ${safe}`, done: true }
  } catch (error) {
    const why = describeLineFault(line, error)
    const sentence = `${name}: ${line} could not be driven ${safe}, so it may be ${oppositeOf(safe)}. ${why}`
    return { sentence, done: false }
  }
}

/** What the next start must know: since when each is safe, and what `start: last` restores. */
function recordsAfter(
  stored: StoredOutputs,
  targets: readonly Target[],
  drivenLines: ReadonlyMap<string, { readonly target: Target; readonly done: boolean }>,
  nowMs: number,
): ReadonlyMap<string, OutputRecord> {
  const records = new Map<string, OutputRecord>()
  if (stored.kind === 'lost') {
    // It may have been switched a moment ago.
    for (const target of targets) records.set(target.name, safeRecord(target, undefined, { nowMs, trusted: false }))
    return records
  }
  for (const [name, record] of stored.records) {
    const driven = drivenLines.get(record.line)
    if (driven === undefined) {
      // Written anew, a record of an earlier boot would say that its line is driven now.
      if (stored.sameBoot) records.set(name, record)
    } else if (!driven.done)
      records.set(name, { ...record, state: 'unknown', sinceMs: nowMs, ...noEnds, back: undefined })
    else records.set(name, safeRecord(driven.target, record, { nowMs, trusted: stored.trusted }))
  }
  return records
}

function safeRecord(
  { line, invert, safe, safePercent }: Target,
  before: OutputRecord | undefined,
  time: { readonly nowMs: number; readonly trusted: boolean },
): OutputRecord {
  const { nowMs, trusted } = time
  const isSame = before !== undefined && before.invert === invert
  const wasAway = !isSame || before.state !== safe
  const back: Back | undefined =
    before?.state === oppositeOf(safe)
      ? { atMs: nowMs, endsMs: before.endsMs, latestMs: before.latestMs }
      : before?.back
  // Written anew, its times would count as known.
  const isKnown = isSame && (trusted || (back?.endsMs === undefined && (back?.atMs ?? nowMs) <= nowMs))
  return {
    line,
    invert,
    safe,
    safePercent,
    percent: before?.percent,
    state: safe,
    sinceMs: wasAway ? nowMs : before.sinceMs,
    ...noEnds,
    back: isKnown ? back : undefined,
    switchesMs:
      wasAway && before !== undefined && before.switchesMs.length > 0
        ? [...before.switchesMs, nowMs]
        : (before?.switchesMs ?? []),
    cause: wasAway ? 'by pincer safe-state' : before.cause,
    asker: before?.asker,
  }
}
