import { createHash } from 'node:crypto'
import { limits } from '../limits.ts'
import { isJsonObject, parseJson, type JsonObject } from './json-value.ts'
import type { ToolCall } from './model.ts'

/**
 * Calls of the history in forms that providers take. They refuse a request for ever because of one call in it that
 * another model (or they themselves) wrote; so what does not fit is changed on the way out, always in the same way,
 * so that their caches still know what they have seen.
 */

/** `any`: what OpenAI and Anthropic both take, 1 to 40 letters, digits, _ and -. `nine`: nine letters and digits. */
export type CallIdForm = 'any' | 'nine'

const idForms = { any: /^[a-zA-Z0-9_-]{1,40}$/, nine: /^[a-zA-Z0-9]{9}$/ } as const

export function wireId(id: string, form: CallIdForm): string {
  if (idForms[form].test(id)) return id
  // 36 bits are plenty for the calls of one request.
  return createHash('sha256').update(id).digest('hex').slice(0, 9)
}

/** A tool that the model made up may have any name; providers take ^[a-zA-Z0-9_-]{1,64}$. */
export function wireName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || '_'
}

/** The arguments as an object; what is none is shown to the model as it wrote it. */
export function wireArguments(call: ToolCall): JsonObject {
  const value = parseJson(call.arguments)
  if (isJsonObject(value)) return value
  if (call.arguments.trim() === '') return {}
  return { malformed: call.arguments.slice(0, limits.malformedArgumentsCharsMax) }
}
