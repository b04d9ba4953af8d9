import type { IncomingMessage } from 'node:http'
import { isJsonObject, listIn, objectIn, type JsonObject } from '../../src/model/json-value.ts'
import type { Refusal } from './fake-provider.ts'

/** What the real Messages server refuses, in its own words (from its reference and error page). */
export function anthropicRefusalOf(request: IncomingMessage, body: unknown, key: string): Refusal | undefined {
  const fault = bodyFault(body)
  return (
    headerFault(request, key) ?? (fault === undefined ? undefined : refusalWith(400, 'invalid_request_error', fault))
  )
}

const fields = new Set(
  'model messages max_tokens system tools tool_choice stream metadata stop_sequences temperature top_p top_k thinking service_tier cache_control'.split(
    ' ',
  ),
)
const blockFields: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'cache_control'],
  tool_use: ['type', 'id', 'name', 'input', 'cache_control'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'],
}
const toolName = /^[a-zA-Z0-9_-]{1,64}$/

function refusalWith(status: number, type: string, text: string): Refusal {
  return { status, body: { type: 'error', error: { type, message: text }, request_id: 'req_1' } }
}

function headerFault({ headers }: IncomingMessage, key: string): Refusal | undefined {
  if (headers['x-api-key'] === undefined)
    return refusalWith(401, 'authentication_error', 'x-api-key header is required')
  if (headers['x-api-key'] !== key) return refusalWith(401, 'authentication_error', 'invalid x-api-key')
  if (headers['anthropic-version'] !== '2023-06-01') {
    return refusalWith(400, 'invalid_request_error', 'anthropic-version: header is required')
  }
  if (headers['content-type'] !== 'application/json') {
    return refusalWith(400, 'invalid_request_error', 'content-type: must be application/json')
  }
  return undefined
}

function bodyFault(body: unknown): string | undefined {
  if (!isJsonObject(body)) return 'The request body is not valid JSON'
  for (const field of Object.keys(body)) {
    if (!fields.has(field)) return `${field}: Extra inputs are not permitted`
  }
  const { model, messages, max_tokens: cap, system } = body
  if (typeof model !== 'string' || model === '') return 'model: Field required'
  if (cap === undefined) return 'max_tokens: Field required'
  if (!Number.isInteger(cap) || Number(cap) < 1) return 'max_tokens: Input should be greater than or equal to 1'
  if (!Array.isArray(messages)) return 'messages: Field required'
  if (messages.length === 0) return 'messages: at least one message is required'
  const thoughts = thinkingFault(body['thinking'], model)
  if (thoughts !== undefined) return thoughts
  const marks = marksIn(body)
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`
  if (Array.isArray(system)) {
    for (const [index, block] of system.entries()) {
      const fault = blockFault(objectIn(block), `system.${index}`, ['text'])
      if (fault !== undefined) return fault
    }
  } else if (system !== undefined && typeof system !== 'string') return 'system: Input should be a valid string or list'
  return toolsFault(body) ?? messagesFault(messages, body['tools'] !== undefined)
}

/** Which modes of thinking each model takes, as the documents of the models list them. */
function thinkingFault(thinking: unknown, model: string): string | undefined {
  if (thinking === undefined) return undefined
  const mode = String(objectIn(thinking)['type'])
  const taken = model.startsWith('claude-sonnet-5-5')
    ? ['adaptive', 'between_tools']
    : /^claude-(?:opus-5|fable)/.test(model)
      ? ['adaptive']
      : ['adaptive', 'disabled']
  return taken.includes(mode) ? undefined : `"thinking.type.${mode}" is not supported for this model.`
}

function marksIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = 'cache_control' in value ? 1 : 0
  return Object.values(value).reduce<number>((sum, each) => sum + marksIn(each), own)
}

function toolsFault({ tools, tool_choice: choice }: JsonObject): string | undefined {
  if (tools === undefined)
    return choice === undefined ? undefined : 'tool_choice: may only be specified while providing tools'
  const names = new Set<string>()
  for (const [index, each] of listIn(tools).entries()) {
    const tool = objectIn(each)
    const stranger = Object.keys(tool).find(
      (field) => !['name', 'description', 'input_schema', 'cache_control'].includes(field),
    )
    if (stranger !== undefined) return `tools.${index}.custom.${stranger}: Extra inputs are not permitted`
    const name = String(tool['name'])
    if (!toolName.test(name)) return `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`
    if (names.has(name)) return 'tools: Tool names must be unique.'
    names.add(name)
    if (objectIn(tool['input_schema'])['type'] !== 'object')
      return `tools.${index}.custom.input_schema.type: Field required`
  }
  return undefined
}

function messagesFault(messages: readonly unknown[], hasTools: boolean): string | undefined {
  let before: string | undefined
  let open = new Set<string>()
  const used = new Set<string>()
  for (const [index, each] of messages.entries()) {
    const { role, content, ...rest } = objectIn(each)
    const at = `messages.${index}`
    const [stranger] = Object.keys(rest)
    if (stranger !== undefined) return `${at}.${stranger}: Extra inputs are not permitted`
    if (role !== 'user' && role !== 'assistant') return `messages: Unexpected role "${String(role)}".`
    if (before === undefined && role !== 'user') return 'messages: first message must use the "user" role'
    if (role === before) return 'messages: roles must alternate between "user" and "assistant"'
    before = role
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : listIn(content)
    if (blocks.length === 0) return `${at}: all messages must have non-empty content`
    const allowed = role === 'user' ? ['text', 'tool_result'] : ['text', 'tool_use']
    for (const [place, block] of blocks.entries()) {
      const fault = blockFault(objectIn(block), `${at}.content.${place}`, allowed)
      if (fault !== undefined) return fault
    }
    const objects = blocks.map(objectIn)
    const fault = resultsFault(objects, open, at)
    if (fault !== undefined) return fault
    open = new Set(objects.filter((block) => block['type'] === 'tool_use').map((block) => String(block['id'])))
    const count = objects.filter((block) => block['type'] === 'tool_use').length
    if (open.size < count || [...open].some((id) => used.has(id))) return `${at}: \`tool_use\` ids must be unique`
    for (const id of open) used.add(id)
  }
  if (open.size > 0) return missing(open, messages.length - 1)
  return used.size > 0 && !hasTools
    ? 'Requests which include `tool_use` or `tool_result` blocks must define tools'
    : undefined
}

/** Every result answers a call of the message before, once, and stands in front of any text. */
function resultsFault(blocks: readonly JsonObject[], open: Set<string>, at: string): string | undefined {
  const index = Number(at.split('.')[1])
  const seen = new Set<string>()
  let textSeen = false
  for (const [place, block] of blocks.entries()) {
    if (block['type'] !== 'tool_result') {
      textSeen = true
      continue
    }
    const id = String(block['tool_use_id'])
    if (seen.has(id))
      return `${at}.content.${place}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`
    seen.add(id)
    if (!open.has(id))
      return `${at}.content.${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
    if (textSeen) return missing(open, index - 1)
  }
  for (const id of seen) open.delete(id)
  return open.size > 0 ? missing(open, index - 1) : undefined
}

function missing(open: ReadonlySet<string>, index: number): string {
  return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${[...open].join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
}

function blockFault(block: JsonObject, at: string, allowed: readonly string[]): string | undefined {
  const type = String(block['type'])
  const known = allowed.includes(type) ? blockFields[type] : undefined
  if (known === undefined)
    return `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`
  const stranger = Object.keys(block).find((field) => !known.includes(field))
  if (stranger !== undefined) return `${at}.${type}.${stranger}: Extra inputs are not permitted`
  if ('cache_control' in block && objectIn(block['cache_control'])['type'] !== 'ephemeral')
    return `${at}.cache_control: invalid`
  switch (type) {
    case 'text': {
      const { text } = block
      if (typeof text !== 'string') return `${at}.text.text: Field required`
      if (text === '') return `${at}: text content blocks must be non-empty`
      return text.trim() === '' ? `${at}: text content blocks must contain non-whitespace text` : undefined
    }
    case 'tool_use':
      if (!/^[a-zA-Z0-9_-]+$/.test(String(block['id'])))
        return `${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`
      if (!toolName.test(String(block['name'])))
        return `${at}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`
      return isJsonObject(block['input']) ? undefined : `${at}.tool_use.input: Input should be a valid dictionary`
    default:
      return typeof block['tool_use_id'] === 'string' && typeof block['content'] === 'string'
        ? undefined
        : `${at}.tool_result.tool_use_id: Field required`
  }
}
