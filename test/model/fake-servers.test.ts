import t from 'tap'
import { providerFlags } from '../../src/config/known-providers.ts'
import { anthropicRequestBody } from '../../src/model/anthropic/request-body.ts'
import type { Message } from '../../src/model/model.ts'
import { openaiRequestBody } from '../../src/model/openai/request-body.ts'
import { repair } from '../../src/agent/repair.ts'
import { FakeAnthropic } from '../support/fake-anthropic.ts'
import { FakeOpenai } from '../support/fake-openai.ts'
import type { FakeProvider } from '../support/fake-provider.ts'
import { deviceRead, deviceSet, user } from '../support/wire-rig.ts'

/** The fakes must be able to say no: each request here is one that the real server refuses. */

const openaiHeaders = { authorization: 'Bearer sk-fake', 'content-type': 'application/json' }
const anthropicHeaders = {
  'x-api-key': 'sk-ant-fake',
  'anthropic-version': '2023-06-01',
  'content-type': 'application/json',
}

async function answerOf(
  server: FakeProvider,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${server.origin}${path}`, { method: 'POST', headers, body: text })
  return `${response.status} ${await response.text()}`
}

void t.test('the Chat Completions server takes what is right, whole and streamed', async (t) => {
  const server = await FakeOpenai.start()
  t.teardown(() => server.close())
  const body = { model: 'gpt-6.1-terra', messages: [{ role: 'user', content: 'hi' }] }
  server.will([{ text: 'Hi.' }, { text: 'Hi.' }])
  t.match(await answerOf(server, '/v1/chat/completions', openaiHeaders, body), /^200 .*"content":"Hi\."/)
  t.match(
    await answerOf(server, '/v1/chat/completions', openaiHeaders, { ...body, stream: true }),
    /^200 data: .*\[DONE\]\n\n$/s,
  )
  t.same(server.refusals(), [])
  t.same(server.bodies(), [body, { ...body, stream: true }])
})

void t.test('the Chat Completions server refuses what the real one refuses', async (t) => {
  const server = await FakeOpenai.start()
  t.teardown(() => server.close())
  const base = {
    model: 'gpt-6.1-terra',
    messages: [{ role: 'user', content: 'hi' }],
    reasoning_effort: 'none',
  }
  const tool = (name: string): object => ({ type: 'function', function: { name, parameters: { type: 'object' } } })
  const call = (id: string, name = 'x', given: unknown = '{}'): object => ({
    id,
    type: 'function',
    function: { name, arguments: given },
  })
  const calling = (...calls: readonly object[]): object => ({ role: 'assistant', content: null, tool_calls: calls })
  const result = (id: string): object => ({ role: 'tool', tool_call_id: id, content: 'off' })
  const said = (...messages: readonly object[]): object => ({
    ...base,
    messages: [{ role: 'user', content: 'hi' }, ...messages],
  })
  const rows: readonly (readonly [unknown, RegExp])[] = [
    ['{', /could not parse/],
    [{ ...base, num_ctx: 1 }, /Unrecognized request argument supplied: num_ctx/],
    [{ ...base, model: undefined }, /must provide a model/],
    [{ ...base, messages: undefined }, /Missing required parameter: 'messages'/],
    [{ ...base, messages: [] }, /empty array/],
    [{ ...base, stream_options: { include_usage: true } }, /only allowed when 'stream'/],
    [{ ...base, max_tokens: 9 }, /Use 'max_completion_tokens' instead/],
    [{ ...base, model: 'gpt-5', reasoning_effort: 'none' }, /does not support 'none'/],
    [{ ...base, tools: [tool('a')], reasoning_effort: undefined }, /set reasoning_effort to 'none'/],
    [{ ...base, tools: [tool('a')], reasoning_effort: 'low' }, /set reasoning_effort to 'none'/],
    [{ ...base, max_completion_tokens: 0 }, /Invalid 'max_completion_tokens'/],
    [{ ...base, model: 'gpt-4o', max_tokens: 9, max_completion_tokens: 9 }, /at the same time/],
    [{ ...base, tools: [] }, /Invalid 'tools'/],
    [{ ...base, tools: [tool('a b')] }, /tools\[0\]\.function\.name/],
    [{ ...base, tools: [tool('x'.repeat(65))] }, /tools\[0\]\.function\.name/],
    [{ ...base, tools: [tool('a'), tool('a')] }, /used twice/],
    [{ ...base, tool_choice: 'auto' }, /'tool_choice' is only allowed/],
    [said({ role: 'robot', content: 'hi' }), /Invalid value: 'robot'/],
    [said({ role: 'user', content: 'hi', context: 'x' }), /Unknown parameter: 'messages\[1\]\.context'/],
    [said({ role: 'user', content: null }), /expected a string, got null/],
    [said({ role: 'assistant', content: null }), /expected a string, got null/],
    [said({ role: 'assistant' }), /expected a string, got null/],
    [said({ role: 'user', content: [] }), /Invalid value/],
    [said(result('c1')), /must be a response to a preceeding message/],
    [said(calling(call('c1'))), /did not have response messages: c1/],
    [said(calling(call('c1'), call('c2')), result('c1')), /did not have response messages: c2/],
    [said(calling(call('c1')), { role: 'user', content: 'x' }, result('c1')), /did not have response messages: c1/],
    [said(calling(call('c1')), result('c1'), result('c1')), /must be a response to a preceeding message/],
    [said(calling(call('c1')), { role: 'tool', content: 'off' }), /Missing parameter 'messages\[2\]\.tool_call_id'/],
    [said(calling()), /empty array/],
    [said(calling(call('c1'), call('c1')), result('c1')), /Duplicate value/],
    [said(calling(call('x'.repeat(41)))), /maximum length 40/],
    [said(calling(call('c1', 'a.b')), result('c1')), /function\.name/],
    [said(calling(call('c1', 'a', {})), result('c1')), /expected a string/],
  ]
  for (const [body, words] of rows) {
    const answer = await answerOf(server, '/v1/chat/completions', openaiHeaders, body)
    t.match(answer, /^400 /)
    t.match(answer, words)
  }
  t.equal(server.refusals().length, rows.length)
  const { 'content-type': _, ...typeless } = openaiHeaders
  t.match(await answerOf(server, '/v1/chat/completions', typeless, base), /^415 /)
  t.match(await answerOf(server, '/v1/chat/completions', { 'content-type': 'application/json' }, base), /^401 /)
  t.match(await answerOf(server, '/v1/chat/completions', { ...openaiHeaders, authorization: 'sk-fake' }, base), /^401 /)
  t.match(await answerOf(server, '/chat/completions', openaiHeaders, base), /^404 /)
})

void t.test('the Messages server takes what is right, whole and streamed', async (t) => {
  const server = await FakeAnthropic.start()
  t.teardown(() => server.close())
  const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
  server.will([{ text: 'Hi.' }, { calls: [{ name: 'x', arguments: { a: 1 } }] }])
  t.match(await answerOf(server, '/v1/messages', anthropicHeaders, body), /^200 .*"text":"Hi\."/)
  const streamed = await answerOf(server, '/v1/messages', anthropicHeaders, { ...body, stream: true })
  t.match(streamed, /^200 event: message_start\n.*"stop_reason":"tool_use".*event: message_stop\ndata: /s)
  t.same(server.refusals(), [])
})

void t.test('the Messages server refuses what the real one refuses', async (t) => {
  const server = await FakeAnthropic.start()
  t.teardown(() => server.close())
  const tool = (name: string, rest = {}): object => ({ name, input_schema: { type: 'object' }, ...rest })
  const base = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
  const said = (...messages: readonly object[]): object => ({
    ...base,
    tools: [tool('x')],
    messages: [...base.messages, ...messages],
  })
  const use = (id: string, rest = {}): object => ({ type: 'tool_use', id, name: 'x', input: {}, ...rest })
  const calling = (...content: readonly object[]): object => ({ role: 'assistant', content })
  const result = (id: string): object => ({ type: 'tool_result', tool_use_id: id, content: 'off' })
  const results = (...content: readonly object[]): object => ({ role: 'user', content })
  const words = (text: string): object => ({ type: 'text', text })
  const mark = { cache_control: { type: 'ephemeral' } }
  const rows: readonly (readonly [unknown, RegExp])[] = [
    ['{', /not valid JSON/],
    [{ ...base, stream_options: {} }, /stream_options: Extra inputs are not permitted/],
    [{ ...base, model: undefined }, /model: Field required/],
    [{ ...base, max_tokens: undefined }, /max_tokens: Field required/],
    [{ ...base, max_tokens: 0 }, /greater than or equal to 1/],
    [{ ...base, model: 'claude-sonnet-5-5', thinking: { type: 'disabled' } }, /thinking\.type\.disabled/],
    [{ ...base, model: 'claude-haiku-5-5', thinking: { type: 'between_tools' } }, /thinking\.type\.between_tools/],
    [{ ...base, messages: [] }, /at least one message/],
    [{ ...base, messages: [{ role: 'system', content: 'x' }] }, /Unexpected role/],
    [{ ...base, messages: [{ role: 'assistant', content: 'x' }] }, /first message must use/],
    [said({ role: 'user', content: 'x' }), /roles must alternate/],
    [said(calling()), /non-empty content/],
    [said({ role: 'assistant', content: '' }), /must be non-empty/],
    [said(calling(words(''))), /must be non-empty/],
    [said(calling(words('\n'))), /non-whitespace/],
    [said({ role: 'assistant', content: 'x', name: 'y' }), /messages\.1\.name: Extra inputs/],
    [said(calling({ type: 'text', text: 'x', y: 1 })), /Extra inputs/],
    [{ ...base, system: [words('')] }, /must be non-empty/],
    [{ ...base, system: [use('t1')] }, /does not match any of the expected tags/],
    [said(calling(result('t1'))), /does not match any of the expected tags/],
    [said(calling(use('t1'))), /without `tool_result` blocks immediately after: t1/],
    [said(calling(use('t1')), results(words('x'))), /without `tool_result` blocks immediately after: t1/],
    [said(calling(use('t1'), use('t2')), results(result('t1'))), /immediately after: t2/],
    [said(calling(use('t1')), results(words('x'), result('t1'))), /without `tool_result` blocks immediately after: t1/],
    [said(calling(words('x')), results(result('t1'))), /unexpected `tool_use_id` found in `tool_result` blocks: t1/],
    [said(calling(use('t1')), results(result('t1'), result('t1'))), /must have a single result/],
    [said(calling(use('t1'), use('t1')), results(result('t1'))), /ids must be unique/],
    [said(calling(use('t1')), results(result('t1')), calling(use('t1')), results(result('t1'))), /ids must be unique/],
    [said(calling(use('t.1')), results(result('t.1'))), /tool_use\.id/],
    [said(calling(use('t1', { name: 'a b' })), results(result('t1'))), /tool_use\.name/],
    [said(calling(use('t1', { input: '{}' })), results(result('t1'))), /valid dictionary/],
    [{ ...said(calling(use('t1')), results(result('t1'))), tools: undefined }, /must define tools/],
    [{ ...base, tools: [tool('a.b')] }, /should match pattern/i],
    [{ ...base, tools: [tool('a'), tool('a')] }, /must be unique/],
    [{ ...base, tools: [tool('a', { parameters: {} })] }, /Extra inputs/],
    [{ ...base, tools: [{ name: 'a' }] }, /input_schema\.type/],
    [{ ...base, tool_choice: { type: 'none' } }, /while providing tools/],
    [{ ...base, tools: ['a', 'b', 'c', 'd', 'e'].map((name) => tool(name, mark)) }, /maximum of 4 blocks.*Found 5/],
    [
      {
        ...base,
        tools: [tool('a', { cache_control: { type: 'x' } })],
        system: [{ ...words('x'), cache_control: { type: 'x' } }],
      },
      /cache_control/,
    ],
  ]
  for (const [body, expected] of rows) {
    const answer = await answerOf(server, '/v1/messages', anthropicHeaders, body)
    t.match(answer, /^400 /)
    t.match(answer, expected)
  }
  t.equal(server.refusals().length, rows.length)
  const without = (name: keyof typeof anthropicHeaders): Record<string, string> =>
    Object.fromEntries(Object.entries(anthropicHeaders).filter(([each]) => each !== name))
  t.match(await answerOf(server, '/v1/messages', without('x-api-key'), base), /^401 /)
  t.match(await answerOf(server, '/v1/messages', { ...anthropicHeaders, 'x-api-key': 'x' }, base), /^401 /)
  t.match(
    await answerOf(server, '/v1/messages', { ...without('x-api-key'), authorization: 'Bearer sk-ant-fake' }, base),
    /^401 /,
  )
  t.match(await answerOf(server, '/v1/messages', without('anthropic-version'), base), /^400 .*anthropic-version/)
  t.match(await answerOf(server, '/messages', anthropicHeaders, base), /^404 /)
})

/** The same numbers in each run. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * sides)
  }
}

const texts = ['', ' ', 'read lamp', 'größe 🦀', '<tool_call>', '\n\n']
const ids = ['', 'c1', 'c1', 'call.1', `offline_${'f'.repeat(36)}`, 'toolu_01', '0', 'Größe']
const names = ['device_read', 'device_set', '', 'a.b', 'x'.repeat(80), 'größe']
const given = ['{}', '', '{"name":"lamp"}', '{"name":', '[]', 'null', '"x"', '{"malformed":1}']

/** A history such as crashes, changes of the model and small models leave behind. */
function wildHistory(roll: (sides: number) => number): Message[] {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T
  const messages = Array.from({ length: roll(12) }, (): Message => {
    const kind = roll(4)
    if (kind === 0) return user(pick(texts))
    if (kind === 1)
      return { role: 'tool', callId: pick(ids), name: pick(names), text: pick(texts), failed: roll(2) === 0 }
    const toolCalls = Array.from({ length: roll(4) }, () => ({
      id: pick(ids),
      name: pick(names),
      arguments: pick(given),
    }))
    return { role: 'assistant', text: pick(texts), toolCalls }
  })
  return [user('first'), ...messages, user(pick(texts), 'It is 12:00.')]
}

void t.test('no mended history, however wild, becomes a request that a server refuses', async (t) => {
  const openai = await FakeOpenai.start()
  const anthropic = await FakeAnthropic.start()
  t.teardown(() => Promise.all([openai.close(), anthropic.close()]))
  const roll = dice(4)
  for (let round = 0; round < 400; round++) {
    const tools = roll(3) === 0 ? [] : [deviceRead, deviceSet]
    const request = { system: roll(4) === 0 ? '' : 'You are Pincer.', tools, messages: repair(wildHistory(roll)) }
    const chat = { modelName: 'gpt-6.1-terra', windowTokens: 32_000 }
    const flags = {
      ...providerFlags('openai', chat.modelName),
      callIds: round % 2 === 0 ? ('any' as const) : ('nine' as const),
    }
    const claude = { modelName: 'claude-sonnet-5-5', windowTokens: 32_000 }
    const claudeFlags = providerFlags('anthropic', claude.modelName)
    const claudeBody = anthropicRequestBody(request, { ...claude, flags: claudeFlags })
    await answerOf(openai, '/v1/chat/completions', openaiHeaders, openaiRequestBody(request, { ...chat, flags }))
    await answerOf(anthropic, '/v1/messages', anthropicHeaders, claudeBody)
  }
  t.same([...new Set(openai.refusals())].slice(0, 3), [])
  t.same([...new Set(anthropic.refusals())].slice(0, 3), [])
  t.equal(openai.requests.length + anthropic.requests.length, 800)
})
