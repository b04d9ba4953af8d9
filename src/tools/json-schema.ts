import { toJsonSchema } from '@valibot/to-json-schema'
import type { ToolSpec } from '../model/model.ts'
import type { Tool } from './tool.ts'

/**
 * What the model is told of a tool, from the same definition that checks its calls. These bytes are sent with every
 * request, so what the check says when it matters is left out: the dialect, the ban on further keys, bounds, empty lists,
 * and the keys of an argument whose description has them.
 */
export function toolSpec(tool: Tool): ToolSpec {
  return { name: tool.name, description: tool.description, parameters: slim(toJsonSchema(tool.arguments)) }
}

const unsaid: ReadonlySet<string> = new Set(
  '$schema additionalProperties propertyNames minLength maxLength minimum maximum'.split(' '),
)

function slim(schema: object): Record<string, unknown> {
  const fields: Readonly<Record<string, unknown>> = { ...schema }
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (unsaid.has(key)) continue
    if (hasForms(fields) && (key === 'properties' || key === 'required')) continue
    // Google lists strings alone. (A type stays everywhere: without one Google and llama.cpp refuse the request.)
    if (key === 'enum' && fields['type'] !== 'string') continue
    if (Array.isArray(value)) {
      if (value.length > 0) kept[key] = value
    } else if (typeof value !== 'object' || value === null) {
      kept[key] = value
    } else if (key === 'properties') {
      // Its keys are the arguments' names, whatever they are called.
      const properties = Object.entries<object>(value)
      kept[key] = Object.fromEntries(properties.map(([name, property]) => [name, slim(property)]))
    } else {
      kept[key] = slim(value)
    }
  }
  return kept
}

/** An object whose description says all of what it may hold. */
function hasForms({ type, description }: Readonly<Record<string, unknown>>): boolean {
  return type === 'object' && description !== undefined
}
