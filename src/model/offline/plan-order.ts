import type { OfflineDevice, Parsed } from './parsed.ts'
import { conditionsIn, type Cut, daysIn, type PlanMessage, timesIn } from './plan-cuts.ts'
import { daysOf } from './plan-days.ts'
import { planned } from './plan-jobs.ts'
import { examplesAt } from './plan-examples.ts'
import { atTime } from './plan-text.ts'
import { renderCalls } from './render.ts'
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
  const timed = read([...timesIn(message), ...conditionsIn(message)])
  const [first, ...others] = timed.flatMap(ordered)
  if (first === undefined) {
    const [daily] = read(daysIn(message)).flatMap(ordered)
    if (daily !== undefined && isOneOrder(renderCalls(daily.calls))) {
      const instead = `${renderCalls(daily.calls)} ${daysOf(daily.time)} at 07:00`
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
