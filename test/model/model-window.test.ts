import type { ServerResponse } from 'node:http'
import t from 'tap'
import { limits } from '../../src/limits.ts'
import { createChain } from '../../src/model/chain.ts'
import { withRetry } from '../../src/model/retry.ts'
import { FakeClock } from '../support/fake-clock.ts'
import type { FakeProvider } from '../support/fake-provider.ts'
import { createLogLines } from '../support/log-lines.ts'
import { asking, never, rigs } from '../support/wire-rig.ts'

const guess = { windowTokens: 4_096, isOwnServer: true } as const

/** As Ollama lists what it has loaded: an empty list until a first call has loaded it. */
function runs(server: FakeProvider, name: string, contextLength: number): void {
  const loaded = { name, model: name, size: 1, digest: 'x', details: {}, size_vram: 0, context_length: contextLength }
  server.facts.set('/api/ps', { models: [{ ...loaded, name: 'other:latest', context_length: 99 }, loaded] })
}

for (const [format, rig] of Object.entries(rigs)) {
  void t.test(`${format}: the window is what the server of one's own says, asked once`, async (t) => {
    const { server, model } = await rig(t, { ...guess, modelName: 'qwen3' })
    t.equal(model.windowTokens, 4_096, 'until it was asked')
    runs(server, 'qwen3:latest', 65_536)
    await model.complete(asking('hi'), never)
    t.equal(model.windowTokens, 65_536)
    t.match(JSON.stringify(server.bodies()[0]), /"max_(?:completion_)?tokens":8192/, 'its first call knows it already')
    await model.complete(asking('hi'), never)
    t.equal(server.looks.length, 1)
    t.match(server.looks[0]?.[0], '/api/ps')
    t.match(server.looks[0]?.[1], /fake/, 'the key comes along')
  })

  void t.test(`${format}: a model that the first call loads is known behind that call`, async (t) => {
    const { server, model } = await rig(t, { ...guess, modelName: 'qwen3:8b' })
    server.facts.set('/api/ps', { models: [] })
    server.will(() => {
      runs(server, 'qwen3:8b', 8_192)
      return { text: 'Hello.' }
    })
    await model.complete(asking('hi'), never)
    t.equal(model.windowTokens, 8_192)
    t.match(JSON.stringify(server.bodies()[0]), /"max_(?:completion_)?tokens":512/)
  })

  void t.test(`${format}: llama.cpp says it in another place`, async (t) => {
    const { server, model } = await rig(t, guess)
    server.facts.set('/props', { default_generation_settings: { n_ctx: 16_384 }, total_slots: 1 })
    await model.complete(asking('hi'), never)
    t.equal(model.windowTokens, 16_384)
  })

  void t.test(`${format}: who says nothing has the window of anybody, and is not asked again at once`, async (t) => {
    const { server, model } = await rig(t, guess)
    for (let call = 0; call < 3; call++) await model.complete(asking('hi'), never)
    t.equal(model.windowTokens, limits.modelWindowTokensDefault)
    t.equal(server.looks.length, 2)
  })

  void t.test(`${format}: the servers of the large providers are not asked`, async (t) => {
    const { server, model } = await rig(t, { windowTokens: 128_000 })
    runs(server, 'qwen3:8b', 8_192)
    await model.complete(asking('hi'), never)
    t.equal(model.windowTokens, 128_000)
    t.same(server.looks, [])
  })
}

void t.test('answers that make no sense, or none, hold up no call and teach nothing', async (t) => {
  const answers: readonly ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(200).end('<html>'),
    (response) => response.writeHead(200).end('[1]'),
    (response) => response.writeHead(200).end('{"models": [{"name": "m", "context_length": -4}, 7, null]}'),
    (response) => response.writeHead(200).end(`{"models": "${'x'.repeat(200_000)}"}`),
    (response) => response.writeHead(500).end('{"models": [{"name": "m", "context_length": 64}]}'),
  ]
  for (const [index, answer] of answers.entries()) {
    const { server, model } = await rigs.openai(t, { ...guess, modelName: 'm' })
    server.facts.set('/api/ps', answer)
    server.facts.set('/props', answer)
    t.equal((await model.complete(asking('hi'), never)).text, 'ok')
    t.equal(model.windowTokens, limits.modelWindowTokensDefault, `answer ${index}`)
  }
  const { server, model } = await rigs.openai(t, { ...guess, modelName: 'm' })
  server.facts.set('/api/ps', (response) => response.destroy())
  await model.complete(asking('hi'), never)
  t.equal(model.windowTokens, 4_096, 'a server that breaks off may be Ollama')
  const looks = server.looks.length
  for (let call = 0; call < 3; call++) t.equal((await model.complete(asking('hi'), never)).text, 'ok')
  t.equal(server.looks.length, looks, 'and is left alone for a while')
})

void t.test('it is asked again after a while: the server may run the model otherwise by then', async (t) => {
  const clock = new FakeClock()
  const { server, model } = await rigs.openai(t, { ...guess, modelName: 'm', clock })
  runs(server, 'm', 8_192)
  await model.complete(asking('hi'), never)
  runs(server, 'm', 32_768)
  await model.complete(asking('hi'), never)
  t.equal(model.windowTokens, 8_192)
  await clock.advance(limits.servedWindowAgeMaxMs)
  await model.complete(asking('hi'), never)
  t.equal(model.windowTokens, 32_768)
})

void t.test('a stop ends the question, and whoever stands in front of the model sees its window change', async (t) => {
  const { server, model } = await rigs.openai(t, { ...guess, modelName: 'm' })
  const stop = new AbortController()
  server.facts.set('/api/ps', () => stop.abort())
  await t.rejects(model.complete(asking('hi'), stop.signal), { code: 'stopped' })
  t.same(server.requests, [], 'nothing was asked of the model')

  const clock = new FakeClock()
  const { log } = createLogLines()
  const retried = withRetry(model, { clock, chance: () => 0, log })
  const chain = createChain([retried], { clock, log })
  t.equal(chain.windowTokens, 4_096)
  runs(server, 'm', 8_192)
  await chain.complete(asking('hi'), never)
  t.equal(chain.windowTokens, 8_192)
})
