import t from 'tap'
import { providerFlags } from '../../../src/config/known-providers.ts'
import { anthropicRequestBody } from '../../../src/model/anthropic/request-body.ts'
import type { Message, ModelRequest } from '../../../src/model/model.ts'
import { deviceRead, deviceSet, user } from '../../support/wire-rig.ts'

function bodyOf(
  request: Partial<ModelRequest>,
  windowTokens = 200_000,
  modelName = 'claude-sonnet-5-5',
): Record<string, unknown> {
  const whole = { system: '', tools: [], messages: [user('hi')], ...request }
  const flags = providerFlags('anthropic', modelName)
  const body = anthropicRequestBody(whole, { modelName, windowTokens, flags })
  return JSON.parse(JSON.stringify(body)) as Record<string, unknown>
}

const mark = { cache_control: { type: 'ephemeral' } }
const text = (words: string, marked = {}): object => ({ type: 'text', text: words, ...marked })
const called = (...calls: readonly (readonly [string, string, string?])[]): Message => ({
  role: 'assistant',
  text: '',
  toolCalls: calls.map(([id, given, name = 'device_read']) => ({ id, name, arguments: given })),
})
const result = (callId: string, failed = false): Message => ({
  role: 'tool',
  callId,
  name: 'device_read',
  text: 'lamp: off',
  failed,
})

void t.test('a conversation becomes exactly this body', (t) => {
  const body = bodyOf({
    system: 'You are Pincer.',
    tools: [deviceRead, deviceSet],
    messages: [
      user('hello'),
      { role: 'assistant', text: 'Hello.', toolCalls: [] },
      user('read both', 'It is 12:00.'),
      called(['c1', '{"name":"lamp"}'], ['c2', '{"name":"fan"}']),
      result('c1'),
      result('c2', true),
    ],
  })
  t.same(body, {
    model: 'claude-sonnet-5-5',
    max_tokens: 8_192,
    tools: [
      { name: 'device_read', description: 'Read', input_schema: deviceRead.parameters },
      { name: 'device_set', description: 'Switch', input_schema: deviceSet.parameters, ...mark },
    ],
    system: [text('You are Pincer.', mark)],
    messages: [
      { role: 'user', content: [text('hello')] },
      { role: 'assistant', content: [text('Hello.')] },
      { role: 'user', content: [text('read both', mark), text('It is 12:00.')] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'c1', name: 'device_read', input: { name: 'lamp' } },
          { type: 'tool_use', id: 'c2', name: 'device_read', input: { name: 'fan' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: 'lamp: off' },
          { type: 'tool_result', tool_use_id: 'c2', content: 'lamp: off', is_error: true, ...mark },
        ],
      },
    ],
    stream: true,
    thinking: { type: 'between_tools' },
  })
  t.end()
})

void t.test('each model is told of thinking what it takes, and others nothing', (t) => {
  const rows: readonly (readonly [string, object | undefined])[] = [
    ['claude-sonnet-5-5', { type: 'between_tools' }],
    ['claude-sonnet-5', { type: 'disabled' }],
    ['claude-haiku-5-5', { type: 'disabled' }],
    ['claude-opus-5-5', undefined],
    ['claude-haiku-4-5', undefined],
    ['claude-sonnet-4-6', undefined],
  ]
  for (const [model, thinking] of rows) t.same(bodyOf({}, 200_000, model)['thinking'], thinking, model)
  t.end()
})

void t.test('what is marked in one turn is the beginning of the next', (t) => {
  const first = [user('hello', 'It is 12:00.')]
  const next = [
    user('hello'),
    { role: 'assistant', text: 'Hello.', toolCalls: [] } as const,
    user('thanks', 'It is 12:01.'),
  ]
  t.same(bodyOf({ messages: first })['messages'], [
    { role: 'user', content: [text('hello', mark), text('It is 12:00.')] },
  ])
  t.same(bodyOf({ messages: next })['messages'], [
    { role: 'user', content: [text('hello')] },
    { role: 'assistant', content: [text('Hello.')] },
    { role: 'user', content: [text('thanks', mark), text('It is 12:01.')] },
  ])
  t.end()
})

void t.test('there are never more than four marks', (t) => {
  const messages = [user('a'), user('b', 'now'), called(['c1', '{}'], ['c2', '{}']), result('c1'), result('c2')]
  const many = [...messages, called(['c3', '{}']), result('c3')]
  for (const each of [[user('a')], [user('', 'now')], messages, many]) {
    for (const tools of [[], [deviceRead, deviceSet]]) {
      const marks = JSON.stringify(bodyOf({ system: 's', tools, messages: each })).split('cache_control').length - 1
      t.ok(marks >= 1 && marks <= 4, `${each.length} messages, ${tools.length} tools: ${marks}`)
    }
  }
  t.end()
})

void t.test('blocks without words are left out, and no message is empty', (t) => {
  t.same(bodyOf({ messages: [user('', 'It is 12:00.')] })['messages'], [
    { role: 'user', content: [text('It is 12:00.')] },
  ])
  t.same(bodyOf({ messages: [user(' ')] })['messages'], [{ role: 'user', content: [text('(an empty message)')] }])
  t.same(bodyOf({ messages: [user('a'), { role: 'assistant', text: '\n', toolCalls: [] }, user('b')] })['messages'], [
    { role: 'user', content: [text('a'), text('b', mark)] },
  ])
  t.notOk('system' in bodyOf({ system: '  ' }))
  t.end()
})

void t.test('without tools to offer, those of the history are defined and may not be called', (t) => {
  const messages = [
    user('a'),
    called(['c1', '{}', 'device_read'], ['c2', '{}', 'old.tool']),
    result('c1'),
    result('c2'),
  ]
  const { tools, tool_choice: choice } = bodyOf({ messages: [...messages, user('report')] })
  const past = (name: string): object => ({ name, description: 'Not available now.', input_schema: { type: 'object' } })
  t.same(tools, [past('device_read'), past('old_tool')])
  t.same(choice, { type: 'none' })
  const none = bodyOf({ messages: [user('a')] })
  t.notOk('tools' in none || 'tool_choice' in none, 'where none were called, none are defined')
  t.end()
})

void t.test('calls of the history take a form that the server takes', (t) => {
  const sent = (id: string, given: string, name = 'device_read'): unknown =>
    (bodyOf({ messages: [user('a'), called([id, given, name])] })['messages'] as { content: unknown[] }[])[1]
      ?.content[0]
  const wire = (id: string, name: string, input: object): object => ({ type: 'tool_use', id, name, input })
  t.same(sent('c1', '{"name":'), wire('c1', 'device_read', { malformed: '{"name":' }))
  t.same(sent('c1', ''), wire('c1', 'device_read', {}))
  t.same(sent('c1', '"x"'), wire('c1', 'device_read', { malformed: '"x"' }))
  t.same(sent('call.1', '{}', 'größe'), wire('e8b7b7b37', 'gr__e', {}))
  t.same(
    sent('c1', 'x'.repeat(5_000)),
    wire('c1', 'device_read', { malformed: 'x'.repeat(1_000) }),
    'what is malformed is shown in part',
  )
  t.end()
})

void t.test('max_tokens is always there, and smaller where the window is small', (t) => {
  t.same([bodyOf({})['max_tokens'], bodyOf({}, 8_192)['max_tokens']], [8_192, 1_024])
  t.end()
})
