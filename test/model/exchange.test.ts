import { createServer } from 'node:net'
import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { isHttpError } from '../../src/http/http-error.ts'
import { limits } from '../../src/limits.ts'
import { anthropicRefuses } from '../support/fake-anthropic.ts'
import { FakeClock, settle } from '../support/fake-clock.ts'
import { openaiRefuses } from '../support/fake-openai.ts'
import { sse, type Scripted } from '../support/fake-provider.ts'
import { asking, never, providerErrorOf, rigs } from '../support/wire-rig.ts'

/** What both wire formats promise of a connection, whatever happens to it. */

const reply = {
  text: 'Grüße! Die Lampe 💡 ist aus.',
  calls: [{ id: 'c1', name: 'device_read', arguments: { name: 'lamp' } }],
}
const expected = {
  text: reply.text,
  toolCalls: [{ id: 'c1', name: 'device_read', arguments: '{"name":"lamp"}' }],
  usage: { inputTokens: 20, outputTokens: 7, cacheReadTokens: 15 },
}
const scripted = { ...reply, usage: { inputTokens: 20, outputTokens: 7, cacheReadTokens: 15 } }

for (const [format, rig] of Object.entries(rigs)) {
  void t.test(`${format}: a reply is the same however its bytes arrive`, async (t) => {
    const { server, model } = await rig(t)
    for (const delivery of [
      {},
      { pieceBytes: 1 },
      { pieceBytes: 3 },
      { pieceBytes: 64 },
      { pieceBytes: 500, keepAlives: true },
    ]) {
      server.will(scripted, delivery)
      t.same(await model.complete(asking('hi'), never), expected, JSON.stringify(delivery))
    }
    t.same(server.refusals(), [])
  })

  void t.test(
    `${format}: wherever the connection is cut, it is a whole reply or an error that knows whether words had come`,
    async (t) => {
      const { server, model } = await rig(t)
      let whole = 0
      let visible = 0
      let unseen = 0
      for (let cutAtByte = 0; whole < 20; cutAtByte += 7) {
        server.will(scripted, { cutAtByte })
        const outcome: unknown = await model.complete(asking('hi'), never).catch((error: unknown) => error)
        if (!isPincerError(outcome)) {
          t.match(outcome, { text: expected.text, toolCalls: expected.toolCalls }, `cut at byte ${cutAtByte}`)
          whole++
        } else if (isHttpError(outcome)) {
          t.equal(outcome.failure, 'cut', `cut at byte ${cutAtByte}`)
          t.equal(visible + whole, 0, 'a failure of the network alone comes only before the first words')
          unseen++
        } else {
          t.match(outcome, { code: 'model', status: undefined, visible: true, cause: { failure: 'cut' } })
          t.match(outcome.message, /^The connection to \S+ broke in the middle of its answer: ask again\.$/)
          t.equal(whole, 0)
          visible++
        }
      }
      t.ok(unseen > 3 && visible > 3, `${unseen} before words, ${visible} behind words`)
    },
  )

  void t.test(`${format}: an orderly end before the reply is whole is a cut too`, async (t) => {
    const { server, model } = await rig(t)
    server.will({ raw: '' })
    const error: unknown = await model.complete(asking('hi'), never).catch((error: unknown) => error)
    t.ok(isHttpError(error) && error.failure === 'cut')
    const words =
      format === 'openai'
        ? sse({ choices: [{ delta: { content: 'Hi' } }] })
        : sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } })
    server.will({ raw: words })
    t.match(await providerErrorOf(model.complete(asking('hi'), never)), { visible: true, cause: { failure: 'cut' } })
  })

  void t.test(`${format}: /stop ends a call at once, before the head and in the middle`, async (t) => {
    const { server, model } = await rig(t)
    const release = Promise.withResolvers<void>()
    const deliveries = [
      { beforeHead: release.promise },
      { pieceBytes: 10, afterFirstPiece: release.promise },
      { beforeEnd: release.promise },
    ]
    for (const delivery of deliveries) {
      const begun = server.requests.length
      server.will(scripted, delivery)
      const aborter = new AbortController()
      const running = model.complete(asking('hi'), aborter.signal)
      while (server.requests.length === begun) await settle()
      aborter.abort()
      const error: unknown = await running.catch((error: unknown) => error)
      t.ok(isPincerError(error) && error.code === 'stopped', Object.keys(delivery).join())
    }
    release.resolve()
    t.same(await model.complete(asking('hi'), never).then(({ text }) => text), 'ok', 'and the next call is answered')
  })

  void t.test(`${format}: a reply that is whole does not wait for a connection that stays open`, async (t) => {
    const clock = new FakeClock()
    const { server, model } = await rig(t, { clock })
    const release = Promise.withResolvers<void>()
    server.will(scripted, { beforeEnd: release.promise })
    let answered = false
    const running = model.complete(asking('hi'), never).finally(() => (answered = true))
    while (clock.pendingTimers() < 2) await settle()
    t.equal(answered, false)
    await clock.advance(limits.modelEndMs)
    t.same(await running, expected)
    release.resolve()
  })

  void t.test(`${format}: the connection is used again for the next call`, async (t) => {
    const { server, model } = await rig(t)
    for (let count = 0; count < 4; count++) await model.complete(asking('hi'), never)
    t.equal(server.connections, 1)
  })

  void t.test(`${format}: a web page is told from a model`, async (t) => {
    const { server, model } = await rig(t)
    server.will({ raw: '<html>Sign in to the hotel</html>', contentType: 'text/html' })
    const error = await providerErrorOf(model.complete(asking('hi'), never))
    t.match(error, { status: 200, providerCode: 'web_page' })
    t.match(error.message, /was answered by a web page, not by a model: check baseUrl, or sign in to the network\.$/)
  })

  void t.test(`${format}: what cannot be read is an error with the code model`, async (t) => {
    const { server, model } = await rig(t)
    const rows: readonly (readonly [Scripted, string])[] = [
      [{ raw: sse('{"choices": [') }, 'unreadable_reply'],
      [{ raw: '{"choices": [', contentType: 'application/json' }, 'unreadable_reply'],
      [{ raw: `data: ${'x'.repeat(limits.modelEventCharsMax)}\n\n` }, 'unreadable_reply'],
      [{ raw: `"${'x'.repeat(limits.modelBodyBytesMax)}"`, contentType: 'application/json' }, 'reply_too_long'],
    ]
    for (const [answer, providerCode] of rows) {
      server.will(answer)
      t.match(await providerErrorOf(model.complete(asking('hi'), never)), {
        code: 'model',
        providerCode,
        visible: false,
      })
    }
    for (const raw of [sse('null'), sse('[]'), sse('7'), sse('{"choices":{"a":1},"content":7}')]) {
      server.will({ raw })
      const error: unknown = await model.complete(asking('hi'), never).catch((error: unknown) => error)
      t.ok(isHttpError(error) && error.failure === 'cut', `${raw.trim()} is no reply`)
    }
  })

  void t.test(`${format}: an endless reply ends at a bound`, async (t) => {
    const { server, model } = await rig(t)
    const many = 'x'.repeat(10_000)
    const piece =
      format === 'openai'
        ? sse({ choices: [{ delta: { content: many } }] })
        : sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: many } })
    server.will({ raw: piece.repeat(60) })
    const error = await providerErrorOf(model.complete(asking('hi'), never))
    t.match(error, { providerCode: 'reply_too_long', visible: true, status: 200 })
  })
}

void t.test('a refusal carries the status, the code, the words and when to come again', async (t) => {
  const rows = [
    ['openai', openaiRefuses.wrongKey, 401, 'invalid_api_key', undefined],
    ['openai', openaiRefuses.tooQuick, 429, 'rate_limit_exceeded', 2_000],
    ['openai', openaiRefuses.quota, 429, 'insufficient_quota', undefined],
    ['openai', openaiRefuses.failed, 500, 'server_error', undefined],
    ['openai', openaiRefuses.overloaded, 503, 'server_error', undefined],
    ['anthropic', anthropicRefuses.wrongKey, 401, 'authentication_error', undefined],
    ['anthropic', anthropicRefuses.credit, 400, 'invalid_request_error', undefined],
    ['anthropic', anthropicRefuses.billing, 402, 'billing_error', undefined],
    ['anthropic', anthropicRefuses.tooQuick, 429, 'rate_limit_error', 2_000],
    ['anthropic', anthropicRefuses.quota, 429, 'rate_limit_error', undefined],
    ['anthropic', anthropicRefuses.failed, 500, 'api_error', undefined],
    ['anthropic', anthropicRefuses.overloaded, 529, 'overloaded_error', undefined],
  ] as const
  for (const [format, answer, status, providerCode, retryAfterMs] of rows) {
    const { server, model } = await rigs[format](t)
    server.will(answer)
    const error = await providerErrorOf(model.complete(asking('hi'), never))
    const providerMessage = answer.error.error.message
    t.match(error, { code: 'model', status, providerCode, providerMessage, visible: false })
    t.equal(error.retryAfterMs, retryAfterMs)
    t.equal(error.message, `The provider of ${model.id} refused the request with the status ${status}.`)
  }
})

void t.test('a refusal without a body in JSON, and one that never ends, is a refusal all the same', async (t) => {
  const { server, model } = await rigs.openai(t)
  server.will({ status: 502, error: '<html>Bad gateway</html>' })
  t.match(await providerErrorOf(model.complete(asking('hi'), never)), {
    status: 502,
    providerCode: undefined,
    providerMessage: '<html>Bad gateway</html>',
  })
  server.will({ status: 500, error: 'x'.repeat(1_000_000) })
  const error = await providerErrorOf(model.complete(asking('hi'), never))
  t.equal(error.status, 500)
  t.ok((error.providerMessage?.length ?? 0) <= limits.providerMessageCharsMax)
  server.will({ status: 503, error: '' })
  t.match(await providerErrorOf(model.complete(asking('hi'), never)), { status: 503, providerMessage: undefined })
})

void t.test('a network that fails before the answer passes through as it is', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  await new Promise((resolve) => server.close(resolve))
  for (const rig of Object.values(rigs)) {
    const { model } = await rig(t, { baseUrl: `http://127.0.0.1:${port}/v1` })
    const error: unknown = await model.complete(asking('hi'), never).catch((error: unknown) => error)
    t.ok(isHttpError(error) && error.failure === 'refused')
  }
})
