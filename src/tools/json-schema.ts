import * as v from 'valibot'
import type { ToolSpec } from '../model/model.ts'
import type { Tool } from './tool.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** What an argument may be made of; how any of it is called in JSON Schema stands below. */
type Argument =
  | v.StringSchema<undefined>
  | v.NumberSchema<undefined>
  | v.BooleanSchema<undefined>
  | v.PicklistSchema<readonly (string | number)[], undefined>
  | v.OptionalSchema<v.GenericSchema, undefined>
  | v.UnionSchema<v.GenericSchema[], undefined>
  | v.ArraySchema<v.GenericSchema, undefined>
  | v.RecordSchema<v.GenericSchema<string>, v.GenericSchema, undefined>
  | v.ObjectSchema<v.ObjectEntries, undefined>
  | v.StrictObjectSchema<v.ObjectEntries, undefined>

const kinds: Readonly<Record<Argument['type'], true>> = {
  string: true,
  number: true,
  boolean: true,
  picklist: true,
  optional: true,
  union: true,
  array: true,
  record: true,
  object: true,
  strict_object: true,
}

/**
 * What the model is told of a tool, from the same definition that checks its calls. These bytes are sent with every
 * request, so what the check says when it matters is left out: the ban on further keys, bounds, and the keys of an
 * argument whose description has them. A type stands everywhere: without one Google and llama.cpp refuse the request.
 */
export function toolSpec({ name, description, arguments: schema }: Tool): ToolSpec {
  return { name, description, parameters: toldOf(schema) }
}

function toldOf(schema: { readonly type: string }): JsonSchema {
  if (!isArgument(schema)) throw new Error(`A model cannot be told of an argument of the kind ${schema.type}.`)
  const description = v.getDescription(schema)
  const said = description === undefined ? {} : { description }
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return { type: schema.type, ...said }
    case 'number':
      return { type: isWhole(schema) ? 'integer' : 'number', ...said }
    case 'picklist': {
      const { options } = schema
      // Google takes lists of strings alone.
      const areWords = options.every((option) => typeof option === 'string')
      return areWords ? { type: 'string', enum: options, ...said } : { type: 'number', ...said }
    }
    case 'optional':
      return toldOf(schema.wrapped)
    case 'union':
      return { anyOf: schema.options.map(toldOf), ...said }
    case 'array':
      return { type: 'array', items: toldOf(schema.item), ...said }
    case 'record':
      return { type: 'object', ...said }
    case 'object':
    case 'strict_object':
      return { type: 'object', ...(description === undefined ? keysOf(schema.entries) : said) }
  }
}

function keysOf(entries: v.ObjectEntries): JsonSchema {
  const all = Object.entries(entries)
  const required = all.flatMap(([key, { type }]) => (type === 'optional' ? [] : [key]))
  return {
    properties: Object.fromEntries(all.map(([key, entry]) => [key, toldOf(entry)])),
    ...(required.length === 0 ? {} : { required }),
  }
}

function isArgument(schema: { readonly type: string }): schema is Argument {
  return Object.hasOwn(kinds, schema.type)
}

function isWhole(schema: v.NumberSchema<undefined>): boolean {
  return 'pipe' in schema && Array.isArray(schema.pipe) && schema.pipe.some(({ type }) => type === 'integer')
}
