import type { IncomingMessage } from 'node:http'
import { isJsonObject, listIn, objectIn, type JsonObject } from '../../src/model/json-value.ts'
import type { Refusal } from './fake-provider.ts'

/** What the real Chat Completions server refuses, in its own words (from its reference and error guide). */
export function openaiRefusalOf(request: IncomingMessage, body: unknown, key: string): Refusal | undefined {
  const fault = bodyFault(body)
  return wrongHeaders(request, key) ?? (fault === undefined ? undefined : refusalWith(400, fault, null))
}

const fields = new Set(
  'model messages tools tool_choice parallel_tool_calls stream stream_options max_tokens max_completion_tokens temperature top_p n stop seed user metadata store reasoning_effort response_format prompt_cache_key service_tier'.split(
    ' ',
  ),
)
const messageFields: Readonly<Record<string, readonly string[]>> = {
  system: ['role', 'content', 'name'],
  developer: ['role', 'content', 'name'],
  user: ['role', 'content', 'name'],
  assistant: ['role', 'content', 'name', 'refusal', 'tool_calls'],
  tool: ['role', 'content', 'tool_call_id'],
}
const toolName = /^[a-zA-Z0-9_-]{1,64}$/

function refusalWith(status: number, message: string, code: string | null): Refusal {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } }
}

function wrongHeaders({ headers }: IncomingMessage, key: string): Refusal | undefined {
  if (headers.authorization === undefined) return refusalWith(401, "You didn't provide an API key.", null)
  if (headers.authorization !== `Bearer ${key}`) {
    return refusalWith(401, 'Incorrect API key provided.', 'invalid_api_key')
  }
  if (headers['content-type'] !== 'application/json') {
    return refusalWith(415, "Unsupported content type: the API takes 'application/json'.", null)
  }
  return undefined
}

function bodyFault(body: unknown): string | undefined {
  if (!isJsonObject(body)) return 'We could not parse the JSON body of your request.'
  for (const field of Object.keys(body)) {
    if (!fields.has(field)) return `Unrecognized request argument supplied: ${field}`
  }
  const { model, messages, stream } = body
  if (typeof model !== 'string' || model === '') return 'you must provide a model parameter'
  if (!Array.isArray(messages)) return "Missing required parameter: 'messages'."
  if (messages.length === 0) return "Invalid 'messages': empty array. Expected an array with minimum length 1."
  if ('stream_options' in body && stream !== true) return "'stream_options' is only allowed when 'stream' is enabled."
  return capFault(body, model) ?? effortFault(body, model) ?? toolsFault(body) ?? messagesFault(messages)
}

function capFault(body: JsonObject, model: string): string | undefined {
  for (const cap of ['max_tokens', 'max_completion_tokens']) {
    const value = body[cap]
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= 1)) return `Invalid '${cap}'.`
  }
  if ('max_tokens' in body && 'max_completion_tokens' in body) {
    return "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
  }
  return 'max_tokens' in body && /^(gpt-[5-9]|o\d)/.test(model)
    ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    : undefined
}

/** Thinking and tools in one request: newer models take that in another wire format only, older ones must think. */
function effortFault({ tools, reasoning_effort: effort }: JsonObject, model: string): string | undefined {
  if (/^gpt-5(?:-|$)/.test(model) && effort === 'none')
    return "Unsupported value: 'reasoning_effort' does not support 'none' with this model."
  if (/^gpt-(?:5\.[6-9]|[6-9])/.test(model) && tools !== undefined && effort !== 'none') {
    return `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`
  }
  return undefined
}

function toolsFault({ tools, tool_choice: choice }: JsonObject): string | undefined {
  if (tools === undefined)
    return choice === undefined ? undefined : "'tool_choice' is only allowed when 'tools' are specified."
  if (!Array.isArray(tools) || tools.length === 0) return "Invalid 'tools': empty array."
  const names = new Set<unknown>()
  for (const [index, tool] of tools.entries()) {
    const { name, parameters } = objectIn(objectIn(tool)['function'])
    if (objectIn(tool)['type'] !== 'function') return `Invalid value: 'tools[${index}].type'.`
    if (typeof name !== 'string' || !toolName.test(name)) return patternFault(`tools[${index}].function.name`)
    if (names.has(name)) return `Invalid 'tools': the name ${name} is used twice.`
    names.add(name)
    if (parameters !== undefined && objectIn(parameters)['type'] !== 'object') {
      return `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"'.`
    }
  }
  return undefined
}

const patternFault = (where: string): string =>
  `Invalid '${where}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]{1,64}$'.`

function messagesFault(messages: readonly unknown[]): string | undefined {
  /** Calls of the last assistant message that have no result yet. */
  let open = new Set<string>()
  for (const [index, each] of messages.entries()) {
    const message = objectIn(each)
    const role = String(message['role'])
    const known = messageFields[role]
    const at = `messages[${index}]`
    if (known === undefined)
      return `Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'tool'.`
    const stranger = Object.keys(message).find((field) => !known.includes(field))
    if (stranger !== undefined) return `Unknown parameter: '${at}.${stranger}'.`
    const fault = contentFault(message, at)
    if (fault !== undefined) return fault
    if (role === 'tool') {
      const id = message['tool_call_id']
      if (typeof id !== 'string') return `Missing parameter '${at}.tool_call_id'.`
      if (!open.delete(id)) {
        return `Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'. (${at})`
      }
      continue
    }
    if (open.size > 0) return unanswered(open)
    if (message['tool_calls'] === undefined) continue
    const calls = callsFault(message['tool_calls'], at)
    if (typeof calls === 'string') return calls
    open = calls
  }
  return open.size > 0 ? unanswered(open) : undefined
}

function unanswered(open: ReadonlySet<string>): string {
  return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`
}

function contentFault(message: JsonObject, at: string): string | undefined {
  const { content } = message
  if (typeof content === 'string') return undefined
  if (Array.isArray(content)) {
    const isText = content.length > 0 && content.every((part) => typeof objectIn(part)['text'] === 'string')
    return isText ? undefined : `Invalid value for '${at}.content'.`
  }
  // Only beside calls may the words be missing.
  if ((content === null || content === undefined) && message['tool_calls'] !== undefined) return undefined
  return `Invalid value for 'content': expected a string, got null. (${at})`
}

function callsFault(calls: unknown, at: string): Set<string> | string {
  if (!Array.isArray(calls) || calls.length === 0) return `Invalid '${at}.tool_calls': empty array.`
  const ids = new Set<string>()
  for (const [index, each] of listIn(calls).entries()) {
    const call = objectIn(each)
    const { id } = call
    const where = `${at}.tool_calls[${index}]`
    if (typeof id !== 'string' || id === '') return `Missing required parameter: '${where}.id'.`
    if (id.length > 40) return `Invalid '${where}.id': string too long. Expected a string with maximum length 40.`
    if (ids.has(id)) return `Duplicate value for 'tool_call_id' of '${id}'.`
    ids.add(id)
    if (call['type'] !== 'function') return `Invalid value: '${where}.type'.`
    const called = objectIn(call['function'])
    if (!toolName.test(String(called['name']))) return patternFault(`${where}.function.name`)
    if (typeof called['arguments'] !== 'string')
      return `Invalid type for '${where}.function.arguments': expected a string.`
  }
  return ids
}
