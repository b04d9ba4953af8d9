import type { Message } from '../model/model.ts'

const unavailable = 'The result of this call is unavailable (the program was interrupted).'

/**
 * Mends a copy of a transcript so that every provider takes it: each result follows the call it belongs to, each call
 * has exactly one result, calls without a name and empty assistant messages are left out. Providers refuse a
 * transcript with an orphan for ever, so this runs before each call, also inside a running turn.
 */
export function repair(messages: readonly Message[]): Message[] {
  const results = new Map<string, Message & { readonly role: 'tool' }>()
  for (const message of messages) {
    if (message.role === 'tool' && !results.has(message.callId)) results.set(message.callId, message)
  }
  const mended: Message[] = []
  const used = new Set<string>()
  for (const message of messages) {
    if (message.role === 'tool') continue // placed behind its call below, or an orphan
    if (message.role === 'user') {
      if (message.text.trim() !== '' || message.context !== undefined) mended.push(message)
      continue
    }
    const toolCalls = message.toolCalls.filter((call) => call.id !== '' && call.name !== '' && !used.has(call.id))
    if (toolCalls.length === 0 && message.text.trim() === '') continue
    mended.push(toolCalls.length === message.toolCalls.length ? message : { ...message, toolCalls })
    for (const call of toolCalls) {
      used.add(call.id)
      mended.push(
        results.get(call.id) ?? { role: 'tool', callId: call.id, name: call.name, text: unavailable, failed: true },
      )
    }
  }
  return mended
}
