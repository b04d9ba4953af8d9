import t from 'tap'
import { openaiRequestBody } from './openai-form.ts'

void t.test('a request takes the OpenAI Chat Completions form', async (t) => {
  const parameters = { type: 'object', properties: { name: { type: 'string' } } }
  const body = openaiRequestBody(
    {
      system: 'You are Pincer.',
      tools: [{ name: 'device_read', description: 'Read', parameters }],
      messages: [
        { role: 'user', text: 'read lamp', context: 'It is 12:00.' },
        { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'device_read', arguments: '{"name":"lamp"}' }] },
        { role: 'tool', callId: 'c1', name: 'device_read', text: 'lamp: off', failed: false },
        { role: 'assistant', text: 'It is off.', toolCalls: [] },
        { role: 'user', text: 'thanks' },
      ],
    },
    'gpt-4.1-mini',
  )
  t.same(JSON.parse(body), {
    model: 'gpt-4.1-mini',
    messages: [
      { role: 'system', content: 'You are Pincer.' },
      { role: 'user', content: 'read lamp\n\nIt is 12:00.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'device_read', arguments: '{"name":"lamp"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'lamp: off' },
      { role: 'assistant', content: 'It is off.' },
      { role: 'user', content: 'thanks' },
    ],
    tools: [{ type: 'function', function: { name: 'device_read', description: 'Read', parameters } }],
  })
})

void t.test('without tools the body has no empty list of them', async (t) => {
  const body = openaiRequestBody({ system: 's', tools: [], messages: [{ role: 'user', text: 'hi' }] }, 'm')
  t.notOk('tools' in (JSON.parse(body) as object))
})
