import { parseDuration } from '../../duration.ts'
import type { Message, ToolCall } from '../model.ts'
import type { OfflineCall, OfflineDevice, Parsed, ToolUse } from './parsed.ts'
import { parseOffline } from './parse.ts'

/** One message of the person in the running turn. */
export interface Ask {
  readonly parsed: Parsed
  /** What it asks of the tools; `status` reads everything that there is. */
  readonly calls: readonly OfflineCall[]
  /** Calls of the turn that were made after this message came in, with their results as far as there are any. */
  readonly made: readonly Made[]
}

export interface Made {
  readonly call: ToolCall
  readonly result: { readonly text: string; readonly failed: boolean } | undefined
}

type Arguments = Readonly<Record<string, unknown>>

/**
 * What the person has asked since the last answer in words. `closing`: the request offers no tools, and the agent's own
 * instruction to report, which then stands last, is nothing that the person said.
 */
export function asksOf(
  messages: readonly Message[],
  devices: readonly OfflineDevice[],
  closing: boolean,
): readonly Ask[] {
  const answered = messages.findLastIndex((message) => message.role === 'assistant' && message.toolCalls.length === 0)
  let turn = messages.slice(answered + 1)
  const hasCalls = turn.some((message) => message.role === 'assistant')
  if (closing && hasCalls && turn.at(-1)?.role === 'user') turn = turn.slice(0, -1)
  return turn.flatMap((message, index) => {
    if (message.role !== 'user') return []
    const parsed = parseOffline(message.text, devices)
    return [{ parsed, calls: callsOf(parsed, devices), made: madeIn(turn.slice(index)) }]
  })
}

function callsOf(parsed: Parsed, devices: readonly OfflineDevice[]): readonly OfflineCall[] {
  if (parsed.kind === 'calls') return parsed.calls
  return parsed.kind === 'status' && devices.length > 0 ? [{ kind: 'read', name: undefined }] : []
}

function madeIn(messages: readonly Message[]): readonly Made[] {
  const results = new Map(messages.flatMap((each) => (each.role === 'tool' ? [[each.callId, each] as const] : [])))
  return messages.flatMap((message) =>
    message.role === 'assistant' ? message.toolCalls.map((call) => ({ call, result: results.get(call.id) })) : [],
  )
}

/** Calls are known again by what they ask for: this model keeps no state, and another may have begun the turn. */
export function findMade(use: ToolUse, made: readonly Made[]): Made | undefined {
  const wanted = keyOf(use)
  return made.find(({ call }) => keyOf({ name: call.name, args: argumentsOf(call) }) === wanted)
}

/** The state in a text such as `lamp: on since 12:00, GPIO17`. */
export function stateIn(text: string, name: string): 'on' | 'off' | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name}: `))
  const word = /^(on|off)\b/.exec(line?.slice(name.length + 2) ?? '')?.[1]
  return word === 'on' || word === 'off' ? word : undefined
}

function argumentsOf(call: ToolCall): Arguments {
  try {
    const parsed: unknown = JSON.parse(call.arguments)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return { malformed: call.arguments }
  }
}

/** The same for two calls that ask for the same: a duration may be written in several ways. */
export function keyOf({ name: tool, args }: { readonly name: string; readonly args: Arguments }): string {
  if (tool.startsWith('schedule_')) return JSON.stringify([tool, sorted(args)])
  const duration = args['for']
  const forMs = typeof duration === 'string' ? (parseDuration(duration) ?? duration) : duration
  return JSON.stringify([tool, args['name'] ?? null, args['value'] ?? null, forMs ?? null, args['malformed'] ?? null])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}
