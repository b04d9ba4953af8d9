import t from 'tap'
import type { ToolCall } from '../../../src/model/model.ts'
import { modelContract } from '../../contract/model.ts'
import type { FakeAnthropic } from '../../support/fake-anthropic.ts'
import { inPieces, sse } from '../../support/fake-provider.ts'
import { anthropicRig, asking, callsThenAnswers, never, providerErrorOf } from '../../support/wire-rig.ts'

let contractServer: FakeAnthropic | undefined
modelContract('anthropic', async (t) => {
  const { server, model } = await anthropicRig(t)
  server.otherwise = callsThenAnswers
  contractServer = server
  return model
})

void t.test('what the contract made it send, the server had no reason to refuse', async (t) => {
  t.same(contractServer?.refusals(), [])
  t.ok((contractServer?.requests.length ?? 0) > 15)
})

const event = (type: string, rest: object = {}): string => sse({ type, ...rest }, type)
const start = event('message_start', {
  message: { role: 'assistant', content: [], usage: { input_tokens: 9, output_tokens: 1 } },
})
const words = (text: string, index = 0): string =>
  event('content_block_start', { index, content_block: { type: 'text', text: '' } }) +
  inPieces(text)
    .map((piece) => event('content_block_delta', { index, delta: { type: 'text_delta', text: piece } }))
    .join('') +
  event('content_block_stop', { index })
const call = (index: number, block: object, pieces: readonly string[] = []): string =>
  event('content_block_start', { index, content_block: { type: 'tool_use', ...block } }) +
  pieces
    .map((piece) => event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: piece } }))
    .join('') +
  event('content_block_stop', { index })
const end = (reason: string | null = 'end_turn', usage: object = { output_tokens: 3 }): string =>
  event('message_delta', { delta: { stop_reason: reason }, usage }) + event('message_stop')
const read = (id: string, given = '{}', name = 'device_read'): ToolCall => ({ id, name, arguments: given })
const named = (id: string, input: unknown = {}, name = 'device_read'): object => ({ id, name, input })

interface Expected {
  readonly text?: string
  readonly toolCalls?: readonly ToolCall[]
  readonly usage?: readonly [number, number, number]
}

const rows: Readonly<Record<string, readonly [string, Expected]>> = {
  'words in pieces': [start + words('Grüße 🦀, all is off.') + end(), { text: 'Grüße 🦀, all is off.' }],
  'pings and comments in between': [
    `: x\n\n${start}${event('ping')}${words('Hi.')}${event('ping')}${end()}`,
    { text: 'Hi.' },
  ],
  'a block that begins with its text': [
    start + event('content_block_start', { index: 0, content_block: { type: 'text', text: 'Hi.' } }) + end(),
    { text: 'Hi.' },
  ],
  'thoughts, signed and redacted': [
    start +
      event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }) +
      event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } }) +
      event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'x' } }) +
      event('content_block_start', { index: 1, content_block: { type: 'redacted_thinking', data: 'x' } }) +
      words('Hi.', 2) +
      end(),
    { text: 'Hi.' },
  ],
  'events and deltas that nobody knows yet': [
    start +
      event('made_up', { x: 1 }) +
      event('content_block_delta', { index: 0, delta: { type: 'made_up', x: 1 } }) +
      words('Hi.') +
      end(),
    { text: 'Hi.' },
  ],
  'a type in the name of the event alone': [
    start + sse({ index: 0, delta: { type: 'text_delta', text: 'Hi.' } }, 'content_block_delta') + end(),
    { text: 'Hi.' },
  ],
  'input in pieces': [
    start + call(0, named('t1'), ['', '{"na', 'me":"Gr', 'öße"}']) + end('tool_use'),
    { toolCalls: [read('t1', '{"name":"Größe"}')] },
  ],
  'no input': [start + call(0, named('t1')) + end('tool_use'), { toolCalls: [read('t1')] }],
  'input in the beginning of the block': [
    start + call(0, named('t1', { name: 'lamp' })) + end('tool_use'),
    { toolCalls: [read('t1', '{"name":"lamp"}')] },
  ],
  'input in the beginning and again in pieces': [
    start + call(0, named('t1', { name: 'lamp' }), ['{"name":', '"lamp"}']) + end('tool_use'),
    { toolCalls: [read('t1', '{"name":"lamp"}')] },
  ],
  'input as text': [
    start + call(0, named('t1', '{"name":"lamp"}')) + end('tool_use'),
    { toolCalls: [read('t1', '{"name":"lamp"}')] },
  ],
  'malformed input, which the registry answers': [
    start + call(0, named('t1'), ['{"name":']) + end('tool_use'),
    { toolCalls: [read('t1', '{"name":')] },
  ],
  'parallel calls beside words': [
    start +
      words('One moment.') +
      call(1, named('t1'), ['{}']) +
      call(2, named('t2', {}, 'device_set'), ['{"x":1}']) +
      end('tool_use'),
    { text: 'One moment.', toolCalls: [read('t1'), read('t2', '{"x":1}', 'device_set')] },
  ],
  'ids that are missing and the same': [
    start +
      call(0, { name: 'device_read', input: {} }) +
      call(1, named('t1')) +
      call(2, named('t1')) +
      call(3, { id: '', name: 'device_read' }) +
      end('tool_use'),
    { toolCalls: [read('call'), read('t1'), read('t1_2'), read('call_2')] },
  ],
  'an empty name': [
    start + call(0, named('t1', {}, '')) + end('tool_use'),
    { toolCalls: [read('t1', '{}', 'unnamed')] },
  ],
  'an unknown reason to stop': [start + words('Hi.') + end('made_up'), { text: 'Hi.' }],
  'no message_stop': [
    start + words('Hi.') + event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }),
    { text: 'Hi.' },
  ],
  'no reason to stop': [start + words('Hi.') + event('message_stop'), { text: 'Hi.', usage: [9, 1, 0] }],
  'a cut at max_tokens': [
    start + words('Once upon') + end('max_tokens'),
    {
      text: 'Once upon\n\n(The answer was cut here at the longest reply that the model may give. Say "continue" for the rest.)',
    },
  ],
  'a cut at the end of the window': [
    start + words('Once') + end('model_context_window_exceeded'),
    {
      text: 'Once\n\n(The answer was cut here at the longest reply that the model may give. Say "continue" for the rest.)',
    },
  ],
  'a call that was cut before its input': [
    start + call(0, named('t1')) + end('max_tokens'),
    { toolCalls: [read('t1', '')] },
  ],
  'a refusal without words': [
    start + end('refusal'),
    { text: "The provider's content filter held the answer back: say it in other words." },
  ],
  'a refusal in the middle': [
    start + words('Well,') + call(1, named('t1')) + end('refusal'),
    { text: "Well,\n\n(The provider's content filter ended the answer here.)" },
  ],
  'what the cache gave and took': [
    event('message_start', {
      message: {
        usage: { input_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 },
      },
    }) +
      words('Hi.') +
      end(),
    { text: 'Hi.', usage: [125, 3, 100] },
  ],
  'the input told again at the end': [
    start +
      words('Hi.') +
      end('end_turn', { input_tokens: 10, cache_read_input_tokens: 2, output_tokens: 4, server_tool_use: null }),
    { text: 'Hi.', usage: [12, 4, 2] },
  ],
  'no usage': [words('Hi.') + end('end_turn', {}), { text: 'Hi.', usage: [0, 0, 0] }],
  'a call as text': [
    start + words('<tool_call>{"name":"device_read","arguments":{}}</tool_call>') + end(),
    { toolCalls: [read('call')] },
  ],
}

void t.test('whatever servers send becomes a reply, in one piece and one byte at a time', async (t) => {
  const { server, model } = await anthropicRig(t, { flags: { readsTextCalls: true } })
  for (const [what, [raw, { text = '', toolCalls = [], usage = [9, 3, 0] }]] of Object.entries(rows)) {
    const [inputTokens, outputTokens, cacheReadTokens] = usage
    for (const pieceBytes of [1, 100_000]) {
      server.will({ raw }, { pieceBytes })
      const reply = await model.complete(asking('hi'), never)
      t.same(
        reply,
        { text, toolCalls, usage: { inputTokens, outputTokens, cacheReadTokens } },
        `${what}, ${pieceBytes}`,
      )
    }
  }
  t.same(server.refusals(), [])
})

void t.test('a server that does not stream answers whole', async (t) => {
  const { server, model } = await anthropicRig(t)
  const content = [
    { type: 'text', text: 'Hi.' },
    { type: 'tool_use', ...named('t1', { name: 'lamp' }) },
  ]
  const usage = { input_tokens: 9, output_tokens: 2, cache_read_input_tokens: 1 }
  const body = { type: 'message', role: 'assistant', content, stop_reason: 'tool_use', usage }
  server.will({ raw: JSON.stringify(body), contentType: 'application/json' })
  t.same(await model.complete(asking('hi'), never), {
    text: 'Hi.',
    toolCalls: [read('t1', '{"name":"lamp"}')],
    usage: { inputTokens: 10, outputTokens: 2, cacheReadTokens: 1 },
  })
})

void t.test('Anthropic itself never has its words read as calls', async (t) => {
  const { server, model } = await anthropicRig(t)
  server.will({ text: '{"name":"device_read","arguments":{}}' })
  t.same((await model.complete(asking('hi'), never)).toolCalls, [])
})

void t.test('an error inside a stream that began well has the status it stands for', async (t) => {
  const { server, model } = await anthropicRig(t)
  const error = (type: string): string => event('error', { error: { type, message: 'm' }, request_id: 'r' })
  const rows: readonly (readonly [string, number, string, boolean])[] = [
    [error('overloaded_error'), 529, 'overloaded_error', false],
    [start + words('Hi') + error('overloaded_error'), 529, 'overloaded_error', true],
    [start + error('api_error'), 500, 'api_error', false],
    [start + error('rate_limit_error'), 429, 'rate_limit_error', false],
    [start + error('billing_error'), 402, 'billing_error', false],
    [start + error('invalid_request_error'), 400, 'invalid_request_error', false],
    [start + error('made_up_error'), 500, 'made_up_error', false],
  ]
  for (const [raw, status, providerCode, visible] of rows) {
    server.will({ raw }, { pieceBytes: 1 })
    const thrown = await providerErrorOf(model.complete(asking('hi'), never))
    t.match(thrown, { code: 'model', status, providerCode, providerMessage: 'm', visible }, raw)
  }
})

void t.test('an answer that says nothing is an error that another try may mend', async (t) => {
  const { server, model } = await anthropicRig(t)
  for (const raw of [start + end(), start + words(' \n') + end(), start + event('message_stop')]) {
    server.will({ raw })
    t.match(await providerErrorOf(model.complete(asking('hi'), never)), { status: 502, providerCode: 'empty_reply' })
  }
})

void t.test('the address is taken with and without the version, and the key has its own header', async (t) => {
  const { server, model } = await anthropicRig(t)
  await model.complete(asking('hi'), never)
  t.match(server.requests[0]?.headers, { 'x-api-key': 'sk-ant-fake', 'anthropic-version': '2023-06-01' })
  for (const end of ['/', '/v1', '/v1/']) {
    const other = await anthropicRig(t, { baseUrl: `${server.baseUrl}${end}` })
    t.equal((await other.model.complete(asking('hi'), never)).text, 'ok', end)
  }
  const keyless = await anthropicRig(t, { apiKey: undefined })
  t.match(await providerErrorOf(keyless.model.complete(asking('hi'), never)), {
    status: 401,
    providerMessage: 'x-api-key header is required',
  })
})
