import t from 'tap'
import { providerFlags } from '../../../src/config/known-providers.ts'
import type { Message, ModelRequest } from '../../../src/model/model.ts'
import { openaiRequestBody } from '../../../src/model/openai/request-body.ts'
import { deviceRead, user } from '../../support/wire-rig.ts'

function bodyOf(
  request: Partial<ModelRequest>,
  provider = 'openai',
  modelName = 'gpt-6.1-terra',
  windowTokens = 128_000,
): unknown {
  const whole = { system: '', tools: [], messages: [user('hi')], ...request }
  const body = openaiRequestBody(whole, { modelName, windowTokens, flags: providerFlags(provider, modelName) })
  return JSON.parse(JSON.stringify(body))
}

function messagesOf(messages: readonly Message[], provider?: string, modelName?: string): unknown {
  return (bodyOf({ messages }, provider, modelName) as { readonly messages: unknown }).messages
}

const called = (id: string, given: string, name = 'device_read', text = ''): Message => ({
  role: 'assistant',
  text,
  toolCalls: [{ id, name, arguments: given }],
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
    tools: [deviceRead],
    messages: [
      user('hello'),
      { role: 'assistant', text: 'Hello.', toolCalls: [] },
      user('read lamp', 'It is 12:00.'),
      called('c1', '{"name": "lamp"}'),
      result('c1'),
    ],
  })
  t.same(body, {
    model: 'gpt-6.1-terra',
    messages: [
      { role: 'system', content: 'You are Pincer.' },
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'read lamp\n\nIt is 12:00.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'device_read', arguments: '{"name": "lamp"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'lamp: off' },
    ],
    tools: [{ type: 'function', function: deviceRead }],
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 8_192,
    prompt_cache_key: 'pincer-d4c80af01556f417',
    reasoning_effort: 'none',
  })
  t.end()
})

void t.test('what a provider does otherwise stands in the table, not in the code', (t) => {
  const messages = [{ role: 'user', content: 'hi' }]
  const usage = { stream: true, stream_options: { include_usage: true } }
  const openai = { ...usage, max_completion_tokens: 4_000, prompt_cache_key: 'pincer-e3b0c44298fc1c14' }
  const rows: readonly (readonly [string, string, object])[] = [
    ['openai', 'gpt-5', openai],
    ['openai', 'gpt-5.4-mini', { ...openai, reasoning_effort: 'none' }],
    ['openai', 'gpt-6.1-terra', { ...openai, reasoning_effort: 'none' }],
    ['gemini', 'gemini-3-flash', { ...usage, max_tokens: 4_000 }],
    ['openrouter', 'x/y', { ...usage, max_tokens: 4_000 }],
    ['openrouter', 'openai/gpt-6.1-terra', { ...usage, max_tokens: 4_000 }],
    ['deepseek', 'deepseek-flash', { ...usage, max_tokens: 4_000, thinking: { type: 'disabled' } }],
    ['groq', 'openai/gpt-oss-120b', { ...usage, max_completion_tokens: 4_000 }],
    ['mistral', 'mistral-large', { stream: true, max_tokens: 4_000, prompt_cache_key: 'pincer-e3b0c44298fc1c14' }],
    ['xai', 'grok-4.3', { ...usage, max_completion_tokens: 4_000 }],
    ['ollama', 'qwen3:8b', { ...usage, max_tokens: 4_000 }],
    ['llamacpp', 'any', { ...usage, max_tokens: 4_000 }],
    ['lan', 'any', { ...usage, max_tokens: 4_000 }],
  ]
  for (const [provider, model, rest] of rows)
    t.same(bodyOf({}, provider, model, 32_000), { model, messages, ...rest }, `${provider}/${model}`)
  t.end()
})

void t.test('the context stands behind the words, and neighbours of one role become one message', (t) => {
  const content = (messages: readonly Message[]): unknown => messagesOf(messages)
  t.same(content([user('a'), user('b', 'It is 12:00.')]), [{ role: 'user', content: 'a\n\nb\n\nIt is 12:00.' }])
  t.same(content([user('', 'It is 12:00.')]), [{ role: 'user', content: 'It is 12:00.' }])
  t.same(content([user('')]), [{ role: 'user', content: '(an empty message)' }])
  t.same(content([user('a'), { role: 'assistant', text: ' ', toolCalls: [] }, user('b')]), [
    { role: 'user', content: 'a\n\nb' },
  ])
  t.end()
})

void t.test('calls of the history take a form that no server refuses', (t) => {
  const sent = (message: Message, provider = 'openai'): unknown => {
    const [call] =
      (messagesOf([message], provider) as readonly { tool_calls: readonly object[] }[])[0]?.tool_calls ?? []
    return call
  }
  const wire = (given: string, name = 'device_read', id = 'c1'): object => ({
    id,
    type: 'function',
    function: { name, arguments: given },
  })
  t.same(sent(called('c1', '{"name":')), wire('{"malformed":"{\\"name\\":"}'), 'malformed arguments')
  t.same(sent(called('c1', '[1]')), wire('{"malformed":"[1]"}'), 'arguments that are no object')
  t.same(sent(called('c1', '')), wire('{}'), 'no arguments')
  t.same(sent(called('c1', '{"malformed":1}')), wire('{"malformed":1}'), 'an argument of that name')
  t.same(sent(called('c1', '{}', 'größe.setzen')), wire('{}', 'gr__e_setzen'), 'a name that is none')
  t.same(sent(called('c1', '{}', '')), wire('{}', '_'), 'no name')
  t.same(sent(called('c1', '{}', 'x'.repeat(70))), wire('{}', 'x'.repeat(64)), 'a long name')
  const offline = `offline_${'0'.repeat(36)}`
  t.same(sent(called(offline, '{}')), wire('{}', 'device_read', '56c8de177'), 'an id longer than 40')
  t.same(sent(called('c1', '{}'), 'mistral'), wire('{}', 'device_read', 'd0f631ca1'), 'Mistral wants nine letters')
  t.same(sent(called('abcDEF123', '{}'), 'mistral'), wire('{}', 'device_read', 'abcDEF123'))
  t.end()
})

void t.test('an id is changed alike in the call and in its result', (t) => {
  const [call, answer] = messagesOf([called('call.1', '{}'), result('call.1')]) as readonly [
    { readonly tool_calls: readonly { readonly id: string }[] },
    { readonly tool_call_id: string },
  ]
  t.match(answer.tool_call_id, /^[0-9a-f]{9}$/)
  t.equal(call.tool_calls[0]?.id, answer.tool_call_id)
  const ids = ['fc 1', 'fc_1', 'fc.1', `${'x'.repeat(40)}1`, `${'x'.repeat(40)}2`].map((id) => {
    const [, other] = messagesOf([called(id, '{}'), result(id)]) as readonly { readonly tool_call_id?: string }[]
    return other?.tool_call_id
  })
  t.equal(new Set(ids).size, ids.length, 'what differed still differs')
  t.end()
})

void t.test('Mistral gets a word of the model between a result and the person', (t) => {
  const messages = [user('a'), called('abcDEF123', '{}'), result('abcDEF123'), user('b')]
  const roles = (provider: string): readonly string[] =>
    (messagesOf(messages, provider) as readonly { readonly role: string }[]).map(({ role }) => role)
  t.same(roles('mistral'), ['user', 'assistant', 'tool', 'assistant', 'user'])
  t.same(roles('openai'), ['user', 'assistant', 'tool', 'user'])
  t.end()
})

void t.test('calls carry the word that Gemini takes for a signature from its third generation on', (t) => {
  const extra = (model: string): unknown => {
    const [message] = messagesOf([called('c1', '{}')], 'gemini', model) as readonly {
      readonly tool_calls: readonly { readonly extra_content?: unknown }[]
    }[]
    return message?.tool_calls[0]?.extra_content
  }
  const signed = { google: { thought_signature: 'skip_thought_signature_validator' } }
  t.same(extra('gemini-3-flash-preview'), signed)
  t.same(extra('gemini-flash-latest'), signed)
  t.equal(extra('gemini-2.5-flash'), undefined)
  t.end()
})

void t.test('the same word stands where OpenRouter takes it, once a message', (t) => {
  const calls = [
    { id: 'tool_0', name: 'device_read', arguments: '{}' },
    { id: 'tool_1', name: 'device_read', arguments: '{}' },
  ]
  const details = (model: string): unknown => {
    const both: Message = { role: 'assistant', text: '', toolCalls: calls }
    const [message] = messagesOf([both], 'openrouter', model) as readonly { readonly reasoning_details?: unknown }[]
    return message?.reasoning_details
  }
  const data = 'skip_thought_signature_validator'
  const signed = [{ type: 'reasoning.encrypted', data, id: 'tool_0', format: 'google-gemini-v1', index: 0 }]
  t.same(details('google/gemini-3.5-flash-lite'), signed)
  t.equal(details('google/gemini-2.5-flash-lite'), undefined)
  t.equal(details('anthropic/claude-sonnet-5.5'), undefined)
  t.end()
})

void t.test('a small window asks for a short reply', (t) => {
  const cap = (windowTokens: number): unknown =>
    (bodyOf({}, 'lan', 'm', windowTokens) as { readonly max_tokens: number }).max_tokens
  t.same([cap(8_192), cap(32_000), cap(65_536), cap(1_000_000)], [1_024, 4_000, 8_192, 8_192])
  t.end()
})
