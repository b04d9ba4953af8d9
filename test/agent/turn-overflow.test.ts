import t from 'tap'
import { Gauge, requestBytes } from '../../src/agent/gauge.ts'
import type { StoredTurn } from '../../src/agent/stored-turn.ts'
import type { ModelRequest } from '../../src/model/model.ts'
import { ProviderError } from '../../src/model/provider-error.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { makeTurn } from '../support/turn-rig.ts'

/** A turn against a model whose window is not what we were told. */

const history: readonly StoredTurn[] = Array.from({ length: 30 }, (_, number) => ({
  messages: [
    { role: 'user', text: `question ${number}` },
    { role: 'assistant', text: 'y'.repeat(1_000), toolCalls: [] },
  ],
  answers: [`test/${number}`],
  failed: false,
}))

const tooLong = new ProviderError('This conversation is longer than scripted/model can read.', {
  status: 400,
  retryAfterMs: undefined,
  providerCode: 'context_length_exceeded',
  providerMessage: undefined,
  visible: false,
})

/** Refuses what is longer than `bytesMax`, as a server with a smaller window than we know does. */
function smallModel(bytesMax: number, answer: (request: ModelRequest) => ReturnType<typeof says>): ScriptedModel {
  return new ScriptedModel((request) => {
    if (requestBytes(request) > bytesMax) throw tooLong
    return answer(request)
  })
}

void t.test(
  'a request that is too long is cut to half and sent once more, and the turn goes on with less',
  async (t) => {
    const look = smallTool('look', 'read', () => 'seen')
    const model = smallModel(20_000, ({ messages }) =>
      messages.at(-1)?.role === 'tool' ? says('done') : callsTools(['look', { name: 'a' }]),
    )
    const { turn } = makeTurn(model, [look], { history })
    t.match(await turn.run(), { text: 'done', failed: false })
    const sizes = model.requests.map(requestBytes)
    t.equal(sizes.length, 3, 'refused, sent shorter, and the result of the call')
    t.ok((sizes[0] ?? 0) > 30_000 && Math.max(...sizes.slice(1)) <= (sizes[0] ?? 0) / 2, sizes.join())
    t.match(JSON.stringify(model.requests[1]?.messages.at(-1)), /Earlier turns of this chat are left out/)
    t.same(model.faults, [])
  },
)

void t.test('it is tried once: a second refusal is told', async (t) => {
  const model = smallModel(0, () => says('never'))
  const { turn } = makeTurn(model, [], { history })
  t.match(await turn.run(), { text: /^This conversation is longer than scripted\/model can read/, failed: true })
  t.equal(model.requests.length, 2)
})

void t.test('where nothing can be cut it is not sent again', async (t) => {
  const model = smallModel(0, () => says('never'))
  const { turn } = makeTurn(model, [])
  t.match(await turn.run(), { failed: true })
  t.equal(model.requests.length, 1)
})

void t.test('what was refused bounds the next turn too, until another model answers or tokens explain it', (t) => {
  const model = { id: 'a/b', windowTokens: 80_000 }
  const gauge = new Gauge()
  const full = gauge.roomBytes(model)
  t.equal(full, (80_000 - 8_192) * 3)
  gauge.noteRefusal(model, 60_000)
  t.equal(gauge.roomBytes(model), 30_000)
  t.equal(gauge.roomBytes({ ...model, id: 'a/c' }), full)
  gauge.noteRefusal(model, 200_000)
  gauge.noteUsage(model, () => 40_000, 20_000)
  t.equal(gauge.roomBytes(model), (80_000 - 8_192) * 2, 'its tokens are short: that is why it was too long')
  t.end()
})

void t.test('the measure follows what the provider counts, in steps, and not each wobble', (t) => {
  const model = { id: 'a/b', windowTokens: 8_000 }
  const gauge = new Gauge()
  const bytesPerToken = (bytes: number, tokens: number): number => {
    gauge.noteUsage(model, () => bytes, tokens)
    return gauge.roomBytes(model) / 7_000
  }
  t.equal(bytesPerToken(10_000, 0), 3, 'nothing is said')
  t.equal(bytesPerToken(900, 900), 3, 'too short to tell')
  t.equal(bytesPerToken(7_400, 2_000), 3, 'a little more')
  t.equal(bytesPerToken(8_200, 2_000), 4)
  t.equal(bytesPerToken(20_000, 2_000), 4, 'never more than that')
  t.equal(bytesPerToken(7_000, 2_000), 3.5, 'less at once')
  t.equal(bytesPerToken(100, 2_000), 1)
  t.end()
})
