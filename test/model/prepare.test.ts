import t from 'tap'
import { createChain } from '../../src/model/chain.ts'
import { withFrames } from '../../src/model/frames.ts'
import type { Message, Model, ModelRequest } from '../../src/model/model.ts'
import { withRedaction } from '../../src/model/redacted-model.ts'
import { withRetry } from '../../src/model/retry.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { anthropicRig, asking, never, openaiRig, user } from '../support/wire-rig.ts'

/** As the program puts them around a provider. */
function wrapped(model: Model): Model {
  const clock = new FakeClock()
  const { log } = createLogLines()
  const retried = withRetry(model, { clock, log, chance: () => 0 })
  return createChain([withRedaction(withFrames(retried), (text) => text.replaceAll('hunter2', '[secret]'))], {
    clock,
    log,
  })
}

for (const [name, rig] of [
  ['openai', openaiRig],
  ['anthropic', anthropicRig],
] as const) {
  void t.test(`${name}: what is made ready is sent when it is asked for, and not before`, async (t) => {
    const { server, model } = await rig(t)
    const messages = [{ ...user('a page says hunter2'), foreign: 'a page' }, user('my word is hunter2', 'It is 12:00.')]
    const { request, reads } = countedRequest(messages)
    const whole = wrapped(model)
    await whole.complete({ ...request }, never)
    whole.prepare?.(request)
    const readsBefore = reads()
    t.equal(server.requests.length, 1, 'nothing leaves')
    t.equal(server.connections, 1)
    await whole.complete(request, never)
    t.equal(reads(), readsBefore, 'it is clean and framed already')
    const [plain, prepared] = server.requests.map(({ text }) => text)
    t.equal(prepared, plain)
    t.notMatch(prepared, /hunter2/)
    t.match(prepared, /<outside 0123abcd>/)
    t.same(server.refusals(), [])
  })

  void t.test(`${name}: the body is made ahead once, and anew for a request that is sent once more`, async (t) => {
    const { server, model } = await rig(t)
    const { request, reads } = countedRequest([user('hello')])
    model.prepare?.(request)
    const readsBefore = reads()
    await model.complete(request, never)
    t.equal(reads(), readsBefore, 'the body was there')
    await model.complete(request, never)
    t.ok(reads() > readsBefore)
    const [first, second] = server.requests.map(({ text }) => text)
    t.equal(first, second)
  })
}

void t.test('a body that was made for another window is not sent', async (t) => {
  const { server, model } = await openaiRig(t, { isOwnServer: true, windowTokens: 32_000 })
  server.facts.set('/props', { default_generation_settings: { n_ctx: 4_096 } })
  const request = asking('hello')
  model.prepare?.(request)
  await model.complete(request, never)
  t.match(server.bodies()[0], { max_completion_tokens: 512 })
})

/** A request that counts how often its messages are looked at. */
function countedRequest(messages: readonly Message[]): {
  readonly request: ModelRequest
  readonly reads: () => number
} {
  let reads = 0
  const request: ModelRequest = {
    ...asking(''),
    get messages() {
      reads++
      return messages
    },
    frame: '0123abcd',
  }
  return { request, reads: () => reads }
}
