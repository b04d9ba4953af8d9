import { createHash } from 'node:crypto'
import type { ProviderFlags } from '../../config/known-providers.ts'
import type { Message, ModelRequest, ToolCall } from '../model.ts'
import { replyTokensMax } from '../reply-tokens.ts'
import { wireArguments, wireId, wireName } from '../wire-calls.ts'

export interface OpenaiBodyOptions {
  readonly modelName: string
  readonly windowTokens: number
  readonly flags: ProviderFlags
}

type WireMessage = { readonly role: string; readonly content: string | null; readonly [key: string]: unknown }

/**
 * The body of a Chat Completions request, see https://platform.openai.com/docs/api-reference/chat/create. What stays
 * the same from call to call comes first, so that the prefix caches of the providers hit.
 */
export function openaiRequestBody(
  request: ModelRequest,
  options: OpenaiBodyOptions,
): Readonly<Record<string, unknown>> {
  const { modelName, windowTokens, flags } = options
  const tools = request.tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }))
  return {
    model: modelName,
    messages: wireMessages(request, flags),
    // An empty list is refused.
    ...(tools.length === 0 ? {} : { tools }),
    stream: true,
    ...(flags.streamOptions ? { stream_options: { include_usage: true } } : {}),
    [flags.outputCap]: replyTokensMax(windowTokens),
    ...(flags.promptCacheKey ? { prompt_cache_key: cacheKey(request.system) } : {}),
    ...flags.bodyExtra,
  }
}

/** Chats of one person share their prompt, so they share their cache. */
function cacheKey(system: string): string {
  return `pincer-${createHash('sha256').update(system).digest('hex').slice(0, 16)}`
}

function wireMessages({ system, messages }: ModelRequest, flags: ProviderFlags): readonly WireMessage[] {
  const wire: WireMessage[] = system.trim() === '' ? [] : [{ role: 'system', content: system }]
  for (const message of messages) {
    const last = wire.at(-1)
    if (message.role === 'user') {
      const content = userText(message)
      if (last?.role === 'tool' && flags.assistantAfterTool) wire.push({ role: 'assistant', content: 'Understood.' })
      // Templates of local models want the roles to alternate.
      if (last?.role === 'user') wire[wire.length - 1] = { role: 'user', content: `${last.content}\n\n${content}` }
      else wire.push({ role: 'user', content })
    } else if (message.role === 'tool') {
      wire.push({ role: 'tool', tool_call_id: wireId(message.callId, flags.callIds), content: message.text })
    } else if (message.toolCalls.length > 0 || message.text.trim() !== '') {
      wire.push(assistantMessage(message, flags))
    }
  }
  return wire
}

/** The context is ours and new in each turn: it stands behind the words of the person. */
function userText({ text, context = '' }: Message & { readonly role: 'user' }): string {
  return [text, context].filter((part) => part.trim() !== '').join('\n\n') || '(an empty message)'
}

function assistantMessage(message: Message & { readonly role: 'assistant' }, flags: ProviderFlags): WireMessage {
  const { text, toolCalls } = message
  if (toolCalls.length === 0) return { role: 'assistant', content: text }
  return {
    role: 'assistant',
    content: text.trim() === '' ? null : text,
    tool_calls: toolCalls.map((call) => wireCall(call, flags)),
    ...(flags.callSignature === 'openrouter' ? { reasoning_details: [signatureOf(toolCalls[0], flags)] } : {}),
  }
}

/** Google documents this word for calls without a signature, which Gemini refuses from its third generation on. */
const unsigned = 'skip_thought_signature_validator'

/** The form in which OpenRouter gives and takes Gemini's signatures: with the first call of a message. */
function signatureOf(call: ToolCall | undefined, flags: ProviderFlags): object {
  const id = wireId(call?.id ?? '', flags.callIds)
  return { type: 'reasoning.encrypted', data: unsigned, id, format: 'google-gemini-v1', index: 0 }
}

function wireCall(call: ToolCall, flags: ProviderFlags): object {
  return {
    id: wireId(call.id, flags.callIds),
    type: 'function',
    function: { name: wireName(call.name), arguments: argumentsText(call) },
    ...(flags.callSignature === 'google' ? { extra_content: { google: { thought_signature: unsigned } } } : {}),
  }
}

/** As the model wrote it where that is an object in JSON: servers that put it into a template fail on anything else. */
function argumentsText(call: ToolCall): string {
  const value = wireArguments(call)
  return 'malformed' in value || Object.keys(value).length === 0 ? JSON.stringify(value) : call.arguments
}
