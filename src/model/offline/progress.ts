import { limits } from '../../limits.ts'
import { actsOnOutput, callKey, type OfflineCall, type ToolUse } from './parsed.ts'
import { findMade, stateIn, type Ask, type Made } from './pending.ts'
import { toolUse } from './tool-use.ts'

/** Where one call of one message stands. */
export type Progress =
  | { readonly kind: 'made'; readonly made: Made }
  | { readonly kind: 'next'; readonly use: ToolUse }
  /** A toggle that read something else than `on` or `off`. */
  | { readonly kind: 'no-state'; readonly text: string }
  /** Another message of the same turn was not understood: it may have been meant to hold this back. */
  | { readonly kind: 'held' }
  /** A newer message asks for something else of this device. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'not-offered'; readonly tool: string }

export function progressOf(call: OfflineCall, ask: Ask, asks: readonly Ask[], offered: ReadonlySet<string>): Progress {
  let use = toolUse(call)
  let made = findMade(use, ask.made)
  if (call.kind === 'toggle' && made?.result !== undefined && !made.result.failed) {
    const state = stateIn(made.result.text, call.name)
    if (state === undefined) return { kind: 'no-state', text: made.result.text }
    use = toolUse(call, state)
    const readAt = ask.made.indexOf(made)
    made = findMade(use, ask.made.slice(readAt + 1))
  }
  if (made !== undefined) return { kind: 'made', made }
  if (actsOnOutput(call)) {
    if (asks.some((each) => each.parsed.kind === 'unclear')) return { kind: 'held' }
    const newer = asks.slice(asks.indexOf(ask) + 1).flatMap((each) => each.calls)
    const last =
      call.kind === 'plan' ? undefined : newer.findLast((each) => each.kind === 'set' && each.name === call.name)
    if (last !== undefined && callKey(last) !== callKey(call)) return { kind: 'superseded' }
  }
  // A toggle that could not go on to its second call would only read.
  const needed = call.kind === 'toggle' && !offered.has('device_set') ? 'device_set' : use.name
  return offered.has(needed) ? { kind: 'next', use } : { kind: 'not-offered', tool: needed }
}

/**
 * The calls to make now, in the order of the messages. Readings and actions of one message go in separate replies, so
 * that a reading behind an action shows what it did; a message that toggles waits until those before it are done.
 */
export function nextUses(asks: readonly Ask[], offered: ReadonlySet<string>): readonly ToolUse[] {
  const uses = new Map<string, ToolUse>()
  for (const ask of asks) {
    const { calls } = ask
    if (calls.some((call) => call.kind === 'toggle') && uses.size > 0) break
    const open = calls
      .map((call) => progressOf(call, ask, asks, offered))
      .flatMap((progress) => (progress.kind === 'next' ? [progress.use] : []))
    const run = open.slice(0, lengthOfFirstRun(open))
    for (const use of run) uses.set(JSON.stringify(use), use)
    if (run.length < open.length || (run.length > 0 && calls.some((call) => call.kind === 'toggle'))) break
  }
  return [...uses.values()].slice(0, limits.turnCallsPerReplyMax)
}

function lengthOfFirstRun(uses: readonly ToolUse[]): number {
  const end = uses.findIndex((use) => use.name !== uses[0]?.name)
  return end === -1 ? uses.length : end
}
