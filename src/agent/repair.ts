import type { Message, ToolCall } from '../model/model.ts'

type Result = Message & { readonly role: 'tool' }
/** The ids given so far, each with the count from which on `id_count` may be free: a long chat is not searched anew. */
type UsedIds = Map<string, number>

const unavailable = 'The result of this call is unavailable (the program was interrupted).'

/**
 * Mends a copy of a transcript so that every provider takes it: it begins with a person, each result follows the call
 * it belongs to, each call has exactly one result and an id of its own, no character is half, calls without a name and
 * empty messages are left out. Which letters an id or a name may have is the affair of the wire formats.
 * Providers refuse a transcript with one fault for ever, so this runs before each call, also inside a running turn.
 */
export function repair(messages: readonly Message[]): Message[] {
  const mended: Message[] = []
  const used: UsedIds = new Map()
  messages.forEach((message, index) => {
    if (message.role === 'tool') return // placed behind its call below, or an orphan
    if (message.role === 'user') {
      if (message.text.trim() !== '' || message.context !== undefined) mended.push(withWholeCharacters(message))
      return
    }
    if (mended.length === 0) return
    const named = message.toolCalls.filter((call) => call.name !== '')
    if (named.length === 0 && message.text.trim() === '') return
    const results = resultsAfter(messages, index)
    // Some models count their calls from 0 in each reply, or give no ids at all.
    const toolCalls = named.map((call) => ownCall(call, used))
    const same = toolCalls.length === message.toolCalls.length && toolCalls.every((call, n) => call === named[n])
    mended.push(withWholeCharacters(same ? message : { ...message, toolCalls }))
    named.forEach((call, n) => mended.push(resultFor(toolCalls[n] ?? call, takeResult(results, call.id))))
  })
  return mended
}

/** The results that can belong to the calls of the assistant message at `index`: those before the next such message. */
function resultsAfter(messages: readonly Message[], index: number): Result[] {
  const results: Result[] = []
  for (let at = index + 1; at < messages.length; at++) {
    const message = messages[at]
    if (message?.role === 'assistant') break
    if (message?.role === 'tool') results.push(message)
  }
  return results
}

function takeResult(results: Result[], callId: string): Result | undefined {
  const at = results.findIndex((result) => result.callId === callId)
  return at === -1 ? undefined : results.splice(at, 1)[0]
}

function resultFor(call: ToolCall, result: Result | undefined): Result {
  if (result === undefined) return { role: 'tool', callId: call.id, name: call.name, text: unavailable, failed: true }
  const same = result.callId === call.id && result.name === call.name
  return withWholeCharacters(same ? result : { ...result, callId: call.id, name: call.name })
}

function ownCall(call: ToolCall, used: UsedIds): ToolCall {
  const id = freshId(call.id, used)
  const args = call.arguments.toWellFormed()
  return id === call.id && args === call.arguments ? call : { ...call, id, arguments: args }
}

/** Half a character, as cutting a text leaves it, is no JSON to some providers. */
function withWholeCharacters<T extends Message>(message: T): T {
  return message.text.isWellFormed() ? message : { ...message, text: message.text.toWellFormed() }
}

/** The same transcript gives the same ids again, so that provider caches hit. */
function freshId(id: string, used: UsedIds): string {
  const base = id === '' ? 'call' : id
  let fresh = id
  for (let count = used.get(base) ?? 1; fresh === '' || used.has(fresh); count++) {
    fresh = `${base}_${count}`
    used.set(base, count)
  }
  if (!used.has(fresh)) used.set(fresh, 1)
  return fresh
}
