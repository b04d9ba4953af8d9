import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { limits } from '../../src/limits.ts'
import { createChain } from '../../src/model/chain.ts'
import type { Model, ModelRequest } from '../../src/model/model.ts'
import { ProviderError, type ProviderAnswer } from '../../src/model/provider-error.ts'
import { withRetry } from '../../src/model/retry.ts'
import { modelContract } from '../contract/model.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { says } from '../support/scripted-model.ts'

const request: ModelRequest = { system: '', tools: [], messages: [{ role: 'user', text: 'hello', context: 'now' }] }
const never = new AbortController().signal

function providerError(status: number, more: Partial<ProviderAnswer> = {}): ProviderError {
  const nothing = { retryAfterMs: undefined, providerCode: undefined, providerMessage: undefined, visible: false }
  return new ProviderError('raw', { ...nothing, status, ...more })
}

/** Models that fail with what stands under their id, or answer with it; `asked` says who was asked, in order. */
function rig(outcomes: Record<string, Error | string>) {
  const clock = new FakeClock()
  const { log, lines } = createLogLines()
  const asked: string[] = []
  const models = Object.keys(outcomes).map((id, index): Model => ({
    id,
    windowTokens: 1_000 * (3 - index),
    complete: async (_request, signal) => {
      asked.push(id)
      await Promise.resolve()
      if (signal.aborted) throw new PincerError('stopped', 'x')
      const outcome = outcomes[id] ?? ''
      if (typeof outcome !== 'string') throw outcome
      return says(outcome)
    },
  }))
  return { clock, log, lines, asked, models, outcomes, chain: createChain(models, { clock, log }) }
}

modelContract('a chain of models that are tried again', () => {
  const { models, clock, log } = rig({ 'a/x': providerError(402), 'b/y': 'fine' })
  return createChain(
    models.map((model) => withRetry(model, { clock, log, chance: () => 0 })),
    { clock, log },
  )
})

void t.test('a chain is named by its models and as wide as the narrowest that reads the history', (t) => {
  const { chain } = rig({ 'a/x': '', 'b/y': '', offline: '' })
  t.same([chain.id, chain.windowTokens], ['a/x, then b/y, then offline', 2_000])
  t.end()
})

void t.test('the first answers, and the others are not asked', async (t) => {
  const { chain, asked, lines } = rig({ 'a/x': 'from a', 'b/y': 'from b' })
  t.equal((await chain.complete(request, never)).text, 'from a')
  t.same([asked, lines], [['a/x'], []])
})

void t.test('the next answers where the first cannot, and the log says why', async (t) => {
  const errors = [
    providerError(500),
    providerError(529),
    providerError(429),
    providerError(402),
    providerError(429, { providerMessage: 'quota: PerDay' }),
    new HttpError('unreachable', 'x'),
    new HttpError('tls', 'x'),
    new HttpError('first-byte-timeout', 'x'),
  ]
  for (const error of errors) {
    const { chain, asked, lines } = rig({ 'a/x': error, 'b/y': 'from b' })
    t.equal((await chain.complete(request, never)).text, 'from b', error.message)
    t.same([asked, lines.length], [['a/x', 'b/y'], 1])
  }
})

void t.test('no other model is asked for what has been shown or for what this request holds', async (t) => {
  const errors = [
    providerError(529, { visible: true }),
    providerError(400),
    providerError(400, { providerCode: 'context_length_exceeded' }),
    providerError(401),
    providerError(404),
    new PincerError('stopped', 'x'),
    new PincerError('model', 'x'),
    new TypeError('bug'),
  ]
  for (const error of errors) {
    const { chain, asked } = rig({ 'a/x': error, 'b/y': 'from b' })
    t.equal(await chain.complete(request, never).catch((thrown: unknown) => thrown), error, 'it comes with its facts')
    t.same(asked, ['a/x'])
  }
})

const asking = (chat: string): ModelRequest => ({
  ...request,
  tools: [{ name: 'device_read', description: 'x', parameters: {} }],
  chat: { channel: 'telegram', chat },
})

for (const [status, why] of [
  [401, /does not accept its key/],
  [403, /does not allow this key/],
  [404, /does not know a\/x/],
] as const) {
  void t.test(
    `behind a refusal with ${status} offline answers, no other, and each chat is told once why`,
    async (t) => {
      const { chain, asked, clock, outcomes } = rig({
        'a/x': providerError(status),
        'b/y': 'from b',
        offline: 'lamp is on.',
      })
      const { text } = await chain.complete(asking('1'), never)
      t.match(text, /^lamp is on\.\n\n\(offline answered\. .*\)$/)
      t.match(text, why)
      t.same([asked, chain.next()], [['a/x', 'offline'], 'offline'], 'nobody else gets a bill')
      t.equal((await chain.complete(asking('1'), never)).text, 'lamp is on.', 'said once')
      t.same(asked, ['a/x', 'offline', 'offline'], 'while it rests b is not asked either')
      t.match((await chain.complete(asking('2'), never)).text, why, 'another chat has not heard it')
      await clock.advance(limits.modelQuotaRestMs)
      t.equal((await chain.complete(asking('1'), never)).text, 'lamp is on.', 'the same cause is no news')
      t.equal(asked.at(-2), 'a/x')
      await clock.advance(limits.modelQuotaRestMs)
      outcomes['a/x'] = 'from a'
      t.equal((await chain.complete(asking('1'), never)).text, 'from a')
      outcomes['a/x'] = providerError(status)
      t.match((await chain.complete(asking('1'), never)).text, why, 'it had been mended: this is news')
    },
  )
}

void t.test('a refused key is not told in a summary, nor beside calls that are not answered yet', async (t) => {
  const { chain } = rig({ 'a/x': providerError(401), offline: 'a summary' })
  t.equal((await chain.complete({ ...asking('1'), tools: [] }, never)).text, 'a summary')
  t.match((await chain.complete(asking('1'), never)).text, /offline answered/)
})

void t.test('one that failed is left out for a while, longer where it has no credit or names a time', async (t) => {
  for (const [error, restMs] of [
    [providerError(500), limits.modelRestMs],
    [providerError(402), limits.modelQuotaRestMs],
    [providerError(429, { retryAfterMs: 3_600_000 }), 3_600_000],
    [providerError(429, { retryAfterMs: 1_000 }), limits.modelRestMs],
  ] as const) {
    const { chain, asked, clock, outcomes } = rig({ 'a/x': error, offline: 'offline' })
    await chain.complete(request, never)
    outcomes['a/x'] = 'from a'
    asked.length = 0
    await clock.advance(restMs - 1)
    await chain.complete(request, never)
    t.same(asked, ['offline'])
    await clock.advance(1)
    t.equal((await chain.complete(request, never)).text, 'from a', 'then it is the first again')
    t.equal(clock.pendingTimers(), 0)
  }
})

void t.test('where all have just failed, all are asked again', async (t) => {
  const { chain, asked, outcomes } = rig({ 'a/x': providerError(500), 'b/y': providerError(500) })
  await t.rejects(chain.complete(request, never))
  outcomes['b/y'] = 'from b'
  t.equal((await chain.complete(request, never)).text, 'from b')
  t.same(asked, ['a/x', 'b/y', 'a/x', 'b/y'])
  asked.length = 0
  await chain.complete(request, never)
  t.same(asked, ['b/y'], 'and the one that answered is awake')
})

void t.test('when all fail, one sentence names each with its cause and what to do', async (t) => {
  const lost = new HttpError('no-address', 'api.example was not found.')
  const rows: readonly (readonly [Record<string, Error>, string])[] = [
    [
      { 'a/x': providerError(529), 'b/y': providerError(402), 'c/z': lost },
      'a/x (overloaded), b/y (no credit left), c/z (not reached). Try again in a minute or two.',
    ],
    [
      { 'a/x': providerError(429, { retryAfterMs: 40_000 }), 'b/y': providerError(402) },
      'a/x (asked too often), b/y (no credit left). Try again in 40s.',
    ],
    [{ 'a/x': lost, 'b/y': lost }, 'a/x (not reached), b/y (not reached). Check the network of this board.'],
    [
      { 'a/x': providerError(402), 'b/y': providerError(402) },
      'a/x (no credit left), b/y (no credit left). Choose another with /model.',
    ],
  ]
  for (const [outcomes, rest] of rows) {
    await t.rejects(rig(outcomes).chain.complete(request, never), {
      code: 'model',
      message: `No model could answer: ${rest}`,
    })
  }
  await t.rejects(rig({ 'a/x': lost }).chain.complete(request, never), {
    message: 'a/x could not be asked: api.example was not found.',
  })
})

void t.test('one that rests is named with the cause from before, and the time that is left', async (t) => {
  const { chain, clock, outcomes } = rig({ 'a/x': providerError(429, { retryAfterMs: 300_000 }), 'b/y': 'from b' })
  await chain.complete(request, never)
  await clock.advance(100_000)
  outcomes['b/y'] = providerError(529)
  await t.rejects(chain.complete(request, never), {
    message: 'No model could answer: a/x (asked too often), b/y (overloaded). Try again in 3m 20s.',
  })
})
