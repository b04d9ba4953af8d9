import { limits } from '../limits.ts'
import type { Message } from '../model/model.ts'

/**
 * The message in few words: a tool result becomes one line, long texts in the arguments of calls are cut. The same
 * message gives the same bytes each time. What people and the model said stays.
 */
export function shrunk(message: Message): Message {
  switch (message.role) {
    case 'user':
      return message
    case 'assistant': {
      const toolCalls = message.toolCalls.map((call) => {
        const short = shortArguments(call.arguments)
        return short === call.arguments ? call : { ...call, arguments: short }
      })
      return toolCalls.some((call, index) => call !== message.toolCalls[index]) ? { ...message, toolCalls } : message
    }
    case 'tool': {
      const text = shortText(message.text)
      return text === message.text ? message : { ...message, text }
    }
  }
}

/** One line; unchanged where that would save nothing. */
export function shortText(text: string): string {
  const start = text.slice(0, limits.shrunkTextCharsMax).toWellFormed().replaceAll(/\s+/g, ' ')
  const line = `${start}… [${text.length - start.length} characters cut]`
  return line.length < text.length ? line : text
}

/** Still an object in JSON: some providers take no other arguments back. */
function shortArguments(text: string): string {
  if (text.length <= 2 * limits.shrunkTextCharsMax) return text
  try {
    const parsed: unknown = JSON.parse(text)
    const short = JSON.stringify(parsed, (_key, value: unknown) =>
      typeof value === 'string' ? shortText(value) : value,
    )
    if (short.length <= 4 * limits.shrunkTextCharsMax) return short
  } catch {
    // What is no JSON is cut like any text.
  }
  return JSON.stringify({ cut: shortText(text) })
}
