import { toJsonSchema } from '@valibot/to-json-schema'
import type { ToolSpec } from '../model/model.ts'
import type { Tool } from './tool.ts'

/**
 * What the model is told of a tool, from the same definition that checks its calls. What says nothing is left out,
 * for these bytes are sent with every request: the dialect, the ban on further keys and bounds (the check says them when
 * they matter), and empty lists.
 */
export function toolSpec(tool: Tool): ToolSpec {
  return { name: tool.name, description: tool.description, parameters: slim(toJsonSchema(tool.arguments)) }
}

const unsaid: ReadonlySet<string> = new Set(
  '$schema additionalProperties propertyNames minLength maxLength minimum maximum'.split(' '),
)

function slim(schema: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (unsaid.has(key)) continue
    if (key === 'properties') {
      // Its keys are the arguments' names, whatever they are called.
      const properties = Object.entries<object>(value)
      kept[key] = Object.fromEntries(properties.map(([name, property]) => [name, slim(property)]))
    } else if (Array.isArray(value)) {
      if (value.length > 0) kept[key] = value
    } else if (typeof value === 'object' && value !== null) {
      kept[key] = slim(value)
    } else {
      kept[key] = value
    }
  }
  return kept
}
