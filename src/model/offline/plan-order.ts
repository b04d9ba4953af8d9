import type { OfflineCall, OfflineDevice, Parsed } from './parsed.ts'
import { conditionsIn, type Cut, daysIn, type PlanMessage, stretchesIn, timesIn } from './plan-cuts.ts'
import { daysOf } from './plan-days.ts'
import { planned } from './plan-jobs.ts'
import { examplesAt } from './plan-examples.ts'
import { rangeMs, rangeText } from './plan-range.ts'
import { atTime } from './plan-text.ts'
import type { PlanStretch, PlanTime } from './plan-time.ts'
import { durationText, renderCalls } from './render.ts'
import { likelyClock } from './time-of-day.ts'
import { toolUse } from './tool-use.ts'

/** What a message asks to be done now. */
export type ReadPresent = (text: string, devices: readonly OfflineDevice[]) => Parsed

/** An order as `present` reads it, and one time for it. `undefined` where there is none. */
export function laterOrder(
  message: PlanMessage,
  devices: readonly OfflineDevice[],
  present: ReadPresent,
): Parsed | undefined {
  const { text, tokens } = message
  if (/^(?:is|are|what|how)$/.test(tokens[0]?.word ?? '')) return undefined
  const read = <Time>(cuts: readonly Cut<Time>[]) =>
    cuts.map(({ time, rest }) => ({ time, rest, parsed: present(rest, devices) }))
  const stretches = stretchesIn(message)
  const timed = read([...timesIn(message), ...conditionsIn(message), ...stretches.map(setForIt)])
  const [first, ...others] = timed.flatMap(ordered)
  if (first === undefined) {
    const stretched = read(stretches)
      .flatMap(ordered)
      .find(({ calls }) => calls.every(({ kind }) => kind === 'read'))
    if (stretched !== undefined) return oftenIn(stretched, text)
    const [daily] = read(daysIn(message)).flatMap(ordered)
    if (daily !== undefined && isOneOrder(renderCalls(daily.calls))) {
      const instead = `${renderCalls(daily.calls)} ${daysOf(daily.time)} at ${likelyClock(daily.time.part)}`
      return refused(text, 'I need a time of day for that.', instead)
    }
    // Its time is understood: what is not is named without it.
    const [longest] = timed
    if (longest?.parsed.kind !== 'unclear') return undefined
    const { parsed: unclear, time, rest } = longest
    if (!isOneOrder(unclear.nearest)) return { ...unclear, examples: examplesAt(time, rest, devices) }
    const nearest = atTime(unclear.nearest, time)
    return unclear.reason === undefined ? { ...unclear, nearest } : refused(text, unclear.reason, nearest)
  }
  const { time, calls } = first
  const words = atTime(renderCalls(calls), time)
  const [other] = others
  if (other !== undefined) {
    const instead = atTime(renderCalls(other.calls), other.time)
    return refused(text, `I can read that in more than one way: "${words}" or "${instead}".`, words)
  }
  if (calls.some(({ kind }) => kind === 'toggle')) {
    return refused(text, 'What toggling does depends on the state then: say on or off.', 'help')
  }
  const frames = new Set(calls.map((call) => (call.kind === 'set' ? `${call.value} ${call.forMs ?? ''}` : call.kind)))
  if (frames.size > 1) {
    return refused(text, 'I cannot tell whether the time is meant for all of it: plan one thing at a time.', 'help')
  }
  const uses = calls.map((call) => toolUse(call))
  return planned({
    use: { name: 'schedule_add', args: { ...time, do: uses.map(({ name, args }) => ({ tool: name, args })) } },
    words,
  })
}

function setForIt({ time: { time, range }, rest }: Cut<PlanStretch>): Cut<PlanTime> {
  return { time, rest: `${rest} for ${durationText(rangeMs(range))}` }
}

/** What has no length, in a stretch: it must be said how often. */
function oftenIn(
  { time: { range, hourly }, calls }: { readonly time: PlanStretch; readonly calls: readonly OfflineCall[] },
  text: string,
): Parsed {
  const words = renderCalls(calls)
  const nearest = isOneOrder(words) ? atTime(words, hourly) : 'help'
  return refused(text, `I need to know how often ${rangeText(range)}.`, nearest)
}

/** What can have a time behind it. */
function isOneOrder(words: string): boolean {
  return words !== 'help' && !words.includes(';')
}

export function refused(text: string, reason: string, nearest: string): Parsed {
  return { kind: 'unclear', notUnderstood: text.replaceAll(/\s+/g, ' ').trim().slice(0, 80), reason, nearest }
}

/** What was read as an order. */
function ordered<Time>({ time, parsed }: { readonly time: Time; readonly parsed: Parsed }) {
  return parsed.kind === 'calls' ? [{ time, calls: parsed.calls }] : []
}
