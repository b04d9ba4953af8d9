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

void t.test('what says nothing is not sent', (t) => {
  const text = JSON.stringify(specOf(v.strictObject({ path: v.optional(v.string()) })))
  t.notMatch(text, /\$schema|additionalProperties|"required"/)
  t.match(specOf(v.strictObject({})), { parameters: { type: 'object', properties: {} } })
  t.end()
})

void t.test('an argument that is called like a word of the schema language is kept', (t) => {
  const schema = v.strictObject({ required: v.string(), $schema: v.string(), additionalProperties: v.string() })
  t.match(specOf(schema), {
    parameters: { properties: { required: { type: 'string' }, $schema: {}, additionalProperties: {} } },
  })
  t.end()
})
