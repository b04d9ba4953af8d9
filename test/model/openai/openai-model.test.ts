import t from 'tap'
import { modelContract } from '../../contract/model.ts'
import type { FakeOpenai } from '../../support/fake-openai.ts'
import { sse } from '../../support/fake-provider.ts'
import { asking, callsThenAnswers, never, openaiRig, providerErrorOf } from '../../support/wire-rig.ts'
import { chunk, done, oddStreams, read, setOn, stop } from './odd-streams.ts'

let contractServer: FakeOpenai | undefined
modelContract('openai', async (t) => {
  const { server, model } = await openaiRig(t)
  server.otherwise = callsThenAnswers
  contractServer = server
  return model
})

void t.test('what the contract made it send, the server had no reason to refuse', async (t) => {
  t.same(contractServer?.refusals(), [])
  t.ok((contractServer?.requests.length ?? 0) > 15)
})

void t.test('whatever providers send becomes a reply, in one piece and one byte at a time', async (t) => {
  const { server, model } = await openaiRig(t, { flags: { readsTextCalls: true } })
  for (const [what, [raw, { text = '', toolCalls = [], usage = [0, 0, 0] }]] of Object.entries(oddStreams)) {
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
  const { server, model } = await openaiRig(t)
  const message = {
    role: 'assistant',
    content: 'Hi.',
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'device_read', arguments: '{}' } }],
  }
  const body = {
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
    usage: { prompt_tokens: 9, completion_tokens: 2 },
  }
  for (const contentType of ['application/json', 'application/json; charset=utf-8']) {
    server.will({ raw: JSON.stringify(body), contentType }, { pieceBytes: 7 })
    t.same(await model.complete(asking('hi'), never), {
      text: 'Hi.',
      toolCalls: [read('c1')],
      usage: { inputTokens: 9, outputTokens: 2, cacheReadTokens: 0 },
    })
  }
})

void t.test('text is never read as a call where the server reads calls itself', async (t) => {
  const { server, model } = await openaiRig(t)
  server.will({ raw: chunk({ content: setOn }) + stop })
  t.same((await model.complete(asking('hi'), never)).toolCalls, [])
})

void t.test('without tools a call is no answer, as text or as itself', async (t) => {
  const { server, model } = await openaiRig(t, { flags: { readsTextCalls: true } })
  server.will([{ calls: [{ name: 'device_read', arguments: {} }] }, { text: setOn }])
  t.equal((await providerErrorOf(model.complete(asking('hi', []), never))).providerCode, 'empty_reply')
  t.same((await model.complete(asking('hi', []), never)).text, setOn)
})

void t.test('an error inside a stream that began well has the status it stands for', async (t) => {
  const { server, model } = await openaiRig(t)
  const rows: readonly (readonly [string, number, string | undefined, boolean])[] = [
    [sse({ error: { message: 'm', type: 'server_error', code: null } }), 500, 'server_error', false],
    [chunk({ content: 'Hi' }) + sse({ error: { message: 'm', code: 502, metadata: {} } }), 502, undefined, true],
    [
      sse({ error: { message: 'm', type: 'insufficient_quota', code: 'insufficient_quota' } }),
      429,
      'insufficient_quota',
      false,
    ],
    [sse({ error: { code: 503, message: 'm', status: 'UNAVAILABLE' } }), 503, 'UNAVAILABLE', false],
    [sse([{ error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED' } }]), 429, 'RESOURCE_EXHAUSTED', false],
    [sse({ error: 'm' }, 'error'), 500, undefined, false],
    [sse({ object: 'error', message: 'm', type: 'NotFoundError', code: 404 }), 404, 'NotFoundError', false],
    [sse({ error: { message: 'm', type: 'made_up' } }), 500, 'made_up', false],
    // OpenRouter says both at once.
    [
      chunk({ content: 'Hi' }) +
        sse({ error: { code: 502, message: 'm' }, choices: [{ delta: { content: '' }, finish_reason: 'error' }] }),
      502,
      undefined,
      true,
    ],
  ]
  for (const [raw, status, code, visible] of rows) {
    server.will({ raw }, { pieceBytes: 1 })
    const error = await providerErrorOf(model.complete(asking('hi'), never))
    t.match(error, { code: 'model', status, providerCode: code, providerMessage: 'm', visible }, raw)
    t.equal(error.message, 'openai/gpt-6.1-terra broke off with an error of the provider: try again later.')
  }
  server.will({ raw: chunk({ content: 'Hi' }) + chunk({}, 'error') + done })
  t.match(await providerErrorOf(model.complete(asking('hi'), never)), { status: 500, visible: true })
})

void t.test('an answer that says nothing is an error that another try may mend', async (t) => {
  const { server, model } = await openaiRig(t)
  for (const raw of [
    stop,
    chunk({ content: '' }) + stop,
    chunk({ content: ' \n' }) + stop,
    chunk({ content: '<think>x</think>' }) + stop,
    done,
  ]) {
    server.will({ raw })
    const error = await providerErrorOf(model.complete(asking('hi'), never))
    t.match(error, {
      status: 502,
      providerCode: 'empty_reply',
      message: 'openai/gpt-6.1-terra gave an empty answer: ask again.',
    })
  }
})

void t.test('the key is sent where there is one, and a slash at the end of the address does no harm', async (t) => {
  const { server, model } = await openaiRig(t)
  await model.complete(asking('hi'), never)
  t.equal(server.requests[0]?.headers['authorization'], 'Bearer sk-fake')
  const keyless = await openaiRig(t, { apiKey: undefined })
  const error = await providerErrorOf(keyless.model.complete(asking('hi'), never))
  t.match(error, { status: 401, providerMessage: "You didn't provide an API key." })
  t.equal(keyless.server.requests[0]?.headers['authorization'], undefined)
  const slashed = await openaiRig(t, { baseUrl: `${server.baseUrl}/` })
  t.same(await slashed.model.complete(asking('hi'), never).then((reply) => reply.text), 'ok')
})
