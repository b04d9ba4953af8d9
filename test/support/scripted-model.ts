import type { Message, Model, ModelReply, ModelRequest, ToolCall } from '../../src/model/model.ts'
import { cameOut } from './canary-watch.ts'

const noTokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 }

/** A reply in words. */
export function says(text: string): ModelReply {
  return { text, toolCalls: [], usage: noTokens }
}

let callCount = 0

/** A reply of tool calls, each `[name, arguments]` or `[name, arguments, id]`; arguments as text are sent as they are. */
export function callsTools(...calls: readonly (readonly [string, object | string, string?])[]): ModelReply {
  const toolCalls = calls.map(([name, args, id]): ToolCall => ({
    id: id ?? `call-${++callCount}`,
    name,
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  }))
  return { text: '', toolCalls, usage: noTokens }
}

type Script = (request: ModelRequest, signal: AbortSignal) => ModelReply | Promise<ModelReply>

/**
 * A model that a test writes: a function of the request. It is as strict as the strictest provider: a request that is
 * not well-formed fails the turn, and stays in `faults`.
 */
export class ScriptedModel implements Model {
  readonly id = 'scripted/model'
  readonly windowTokens: number
  readonly requests: ModelRequest[] = []
  readonly faults: string[] = []
  readonly #script: Script

  constructor(script: Script, windowTokens = 100_000) {
    this.#script = script
    this.windowTokens = windowTokens
  }

  /** Answers with these replies, one a request. */
  static replies(...replies: readonly (ModelReply | Error)[]): ScriptedModel {
    const left = [...replies]
    return new ScriptedModel(() => {
      const next = left.shift()
      if (next === undefined) throw new Error('The test wrote no further reply.')
      if (next instanceof Error) throw next
      return next
    })
  }

  async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    // A copy: what is changed later must not change what was sent.
    this.requests.push(structuredClone(request))
    cameOut('sent to the model', JSON.stringify(request))
    const faults = faultsOf(request)
    this.faults.push(...faults)
    if (faults.length > 0) throw new Error(`400: ${faults.join('; ')}`)
    return this.#script(request, signal)
  }
}

/** What a strict provider would refuse a request for. */
function faultsOf(request: ModelRequest): string[] {
  const { messages, tools } = request
  const faults = transcriptFaults(messages)
  if (messages.length === 0) faults.push('it is empty')
  if (messages.at(-1)?.role === 'assistant') faults.push('it ends with words of the model')
  if (new Set(tools.map((tool) => tool.name)).size < tools.length) faults.push('two tools have one name')
  const contexts = messages.filter((message) => message.role === 'user' && message.context !== undefined)
  if (contexts.length !== 1) faults.push(`${contexts.length} messages carry a context`)
  return faults
}

/** A person begins; each call has an id of its own and its one result right behind it; no result is without a call. */
export function transcriptFaults(messages: readonly Message[]): string[] {
  const faults: string[] = []
  if (messages.length > 0 && messages[0]?.role !== 'user') faults.push(`it begins with ${messages[0]?.role ?? ''}`)
  const ids = new Set<string>()
  let expected: string[] = []
  for (const message of messages) {
    if (!message.text.isWellFormed()) faults.push('half a character')
    if (message.role === 'tool') {
      const id = expected.shift()
      if (id !== message.callId) faults.push(`a result of ${message.callId} where ${id ?? 'none'} is expected`)
      continue
    }
    if (expected.length > 0) faults.push(`no result of ${expected.join(', ')}`)
    expected = []
    if (message.role === 'user') {
      if (message.text === '' && message.context === undefined) faults.push('an empty message of the person')
      continue
    }
    if (message.text === '' && message.toolCalls.length === 0) faults.push('an empty message of the model')
    for (const call of message.toolCalls) {
      if (ids.has(call.id)) faults.push(`the id "${call.id}" is not unique`)
      if (call.id === '' || call.name === '') faults.push(`a call of "${call.name}" with the id "${call.id}"`)
      if (!call.arguments.isWellFormed()) faults.push('half a character in arguments')
      ids.add(call.id)
      expected.push(call.id)
    }
  }
  if (expected.length > 0) faults.push(`no result of ${expected.join(', ')}`)
  return faults
}
