import type { ProviderFlags } from '../../config/known-providers.ts'
import type { JsonObject } from '../json-value.ts'
import type { Message, ModelRequest } from '../model.ts'
import { replyTokensMax } from '../reply-tokens.ts'
import { wireArguments, wireId, wireName } from '../wire-calls.ts'

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: JsonObject[]
}

/** Everything up to and with a marked block is cached for five minutes; at most four marks are allowed. */
const mark = { cache_control: { type: 'ephemeral' } } as const

/** The body of a Messages request, see https://docs.anthropic.com/en/api/messages. Cached in the order tools, system, messages. */
export function anthropicRequestBody(
  request: ModelRequest,
  options: {
    readonly modelName: string
    readonly windowTokens: number
    readonly flags: Pick<ProviderFlags, 'bodyExtra'>
  },
): Readonly<Record<string, unknown>> {
  const { system } = request
  return {
    model: options.modelName,
    max_tokens: replyTokensMax(options.windowTokens),
    ...toolFields(request),
    ...(system.trim() === '' ? {} : { system: [{ type: 'text', text: system, ...mark }] }),
    messages: wireTurns(request.messages),
    stream: true,
    ...options.flags.bodyExtra,
  }
}

function toolFields({ tools, messages }: ModelRequest): JsonObject {
  if (tools.length > 0) {
    const wire: JsonObject[] = tools.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: parameters,
    }))
    markLast(wire)
    return { tools: wire }
  }
  // A history that has calls in it is refused unless their tools are defined, also when none may be called.
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
  const names = new Set(calls.map((call) => wireName(call.name)))
  if (names.size === 0) return {}
  const past = [...names].map((name) => ({ name, description: 'Not available now.', input_schema: { type: 'object' } }))
  return { tools: past, tool_choice: { type: 'none' } }
}

/** Neighbours of one role become one turn: the results of all calls of a turn have to stand together. */
function wireTurns(messages: readonly Message[]): readonly Turn[] {
  const turns: Turn[] = []
  const newest = messages.findLastIndex((message) => message.role === 'user')
  messages.forEach((message, index) => {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const blocks = wireBlocks(message, index === newest)
    if (blocks.length === 0) return
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...blocks)
    else turns.push({ role, content: [...blocks] })
  })
  // Inside a turn the results are what grows: the next call then reads all before them from the cache.
  const last = turns.at(-1)?.content
  if (last?.at(-1)?.['type'] === 'tool_result') markLast(last)
  return turns
}

function wireBlocks(message: Message, isNewest: boolean): readonly JsonObject[] {
  switch (message.role) {
    case 'user': {
      // The context changes with each turn, the words in front of it stay: so the mark stands on the words.
      const { text, context = '' } = message
      const words = textBlocks(text)
      if (isNewest) markLast(words)
      const blocks = [...words, ...textBlocks(context)]
      return blocks.length > 0 ? blocks : textBlocks('(an empty message)')
    }
    case 'assistant':
      return [
        ...textBlocks(message.text),
        ...message.toolCalls.map((call) => ({
          type: 'tool_use',
          id: wireId(call.id, 'any'),
          name: wireName(call.name),
          input: wireArguments(call),
        })),
      ]
    case 'tool':
      return [
        {
          type: 'tool_result',
          tool_use_id: wireId(message.callId, 'any'),
          content: message.text,
          ...(message.failed ? { is_error: true } : {}),
        },
      ]
  }
}

/** Blocks without a visible character are refused. */
function textBlocks(text: string): JsonObject[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}

function markLast(blocks: JsonObject[]): void {
  const last = blocks.pop()
  if (last !== undefined) blocks.push({ ...last, ...mark })
}
