import { toJsonSchema } from '@valibot/to-json-schema'
import t from 'tap'
import * as v from 'valibot'
import { toolSpec } from '../../src/tools/json-schema.ts'
import { defineTool, type ArgumentsSchema } from '../../src/tools/tool.ts'

function specOf(schema: ArgumentsSchema): object {
  return toolSpec(
    defineTool({
      name: 'tool',
      description: 'Does it.',
      arguments: schema,
      access: 'read',
      acts: () => false,
      timeoutMs: 1_000,
      run: () => Promise.resolve(''),
    }),
  )
}

void t.test('one definition gives the check and the schema that the model is told', (t) => {
  const schema = v.strictObject({
    name: v.pipe(v.string(), v.description('device name')),
    value: v.picklist(['on', 'off']),
    count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    write: v.optional(v.array(v.pipe(v.number(), v.integer()))),
  })
  t.same(specOf(schema), {
    name: 'tool',
    description: 'Does it.',
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'device name' },
        value: { type: 'string', enum: ['on', 'off'] },
        count: { type: 'integer' },
        write: { type: 'array', items: { type: 'integer' } },
      },
      required: ['name', 'value'],
    },
  })
  t.end()
})

void t.test('nothing is told that the reference of the schema language does not say', (t) => {
  const schema = v.strictObject({
    text: v.pipe(v.string(), v.minLength(1), v.description('which')),
    count: v.optional(v.pipe(v.number(), v.integer())),
    share: v.number(),
    flag: v.optional(v.boolean()),
    level: v.picklist([0, 1]),
    state: v.union([v.picklist(['on', 'off']), v.pipe(v.number(), v.description('%'))]),
    calls: v.optional(v.array(v.object({ tool: v.string(), args: v.optional(v.record(v.string(), v.unknown())) }))),
    when: v.optional(v.pipe(v.strictObject({ device: v.string() }), v.description('{device}'))),
  })
  t.match({ name: 'tool', description: 'Does it.', parameters: toJsonSchema(schema) }, specOf(schema))
  t.throws(() => specOf(v.strictObject({ at: v.date() })), { message: /kind date/ }, 'a kind without a word for it')
  t.end()
})

void t.test('what says nothing is not sent', (t) => {
  const text = JSON.stringify(specOf(v.strictObject({ path: v.optional(v.string()) })))
  t.notMatch(text, /\$schema|additionalProperties|"required"/)
  t.match(specOf(v.strictObject({})), { parameters: { type: 'object', properties: {} } })
  t.end()
})

void t.test('what an object may hold is told once: in its description where it has one, else by its keys', (t) => {
  const keys = { device: v.string(), above: v.optional(v.number()) }
  const spec = specOf(
    v.strictObject({
      when: v.pipe(v.strictObject(keys), v.description('{device, above?}')),
      do: v.array(v.strictObject(keys)),
    }),
  )
  const told = { type: 'object', properties: { device: { type: 'string' }, above: { type: 'number' } } }
  t.same(spec, {
    name: 'tool',
    description: 'Does it.',
    parameters: {
      type: 'object',
      properties: {
        when: { type: 'object', description: '{device, above?}' },
        do: { type: 'array', items: { ...told, required: ['device'] } },
      },
      required: ['when', 'do'],
    },
  })
  t.end()
})

void t.test('of choices only words are listed: one provider takes no list of numbers', (t) => {
  const spec = specOf(v.strictObject({ level: v.picklist([0, 1]), state: v.picklist(['on', 'off']) }))
  t.same(spec, {
    name: 'tool',
    description: 'Does it.',
    parameters: {
      type: 'object',
      properties: { level: { type: 'number' }, state: { type: 'string', enum: ['on', 'off'] } },
      required: ['level', 'state'],
    },
  })
  t.end()
})

void t.test('an argument that is called like a word of the schema language is kept', (t) => {
  const schema = v.strictObject({ required: v.string(), $schema: v.string(), additionalProperties: v.string() })
  t.match(specOf(schema), {
    parameters: { properties: { required: { type: 'string' }, $schema: {}, additionalProperties: {} } },
  })
  t.end()
})
