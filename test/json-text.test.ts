import t from 'tap'
import * as v from 'valibot'
import { readJson } from '../src/json-text.ts'

const shape = v.strictObject({ name: v.string(), count: v.optional(v.number(), 0) })

void t.test('JSON of the shape is read, with what the shape fills in', async (t) => {
  t.strictSame(readJson(shape, ' {"name":"lamp"}\n'), { name: 'lamp', count: 0 })
})

void t.test('a text that is torn, no JSON or of another shape is nothing, and never an exception', async (t) => {
  for (const text of [
    '',
    '{',
    '{"name":"la',
    'null',
    '[]',
    '{"name":1}',
    '{"name":"x","more":1}',
    '\0',
    '{"name":"a"}{',
  ]) {
    t.equal(readJson(shape, text), undefined, JSON.stringify(text))
  }
})
