import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { limits } from '../../src/limits.ts'
import { modelFailure } from '../../src/model/failure.ts'
import type { ModelReply, ModelRequest } from '../../src/model/model.ts'
import { ProviderError, type ProviderAnswer } from '../../src/model/provider-error.ts'
import { withRetry } from '../../src/model/retry.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { says, ScriptedModel } from '../support/scripted-model.ts'

const request: ModelRequest = { system: '', tools: [], messages: [{ role: 'user', text: 'hello', context: 'now' }] }
const never = new AbortController().signal

function providerError(status: number | undefined, more: Partial<ProviderAnswer> = {}, cause?: unknown): ProviderError {
  const nothing = { retryAfterMs: undefined, providerCode: undefined, providerMessage: undefined, visible: false }
  return new ProviderError('raw', { ...nothing, status, ...more }, { cause })
}

function rig(chance: number, ...replies: readonly (ModelReply | Error)[]) {
  const clock = new FakeClock()
  const { log, lines } = createLogLines()
  const scripted = ScriptedModel.replies(...replies)
  return { clock, lines, scripted, model: withRetry(scripted, { clock, chance: () => chance, log }) }
}

void t.test('it is the model that it wraps', (t) => {
  const { model, scripted } = rig(0, says('x'))
  t.same([model.id, model.windowTokens], [scripted.id, scripted.windowTokens])
  t.end()
})

void t.test('what may pass is tried three times, later each time, within its chance', async (t) => {
  for (const [chance, firstMs, secondMs] of [
    [0, 500, 1_000],
    [0.5, 1_000, 2_000],
  ] as const) {
    const { model, scripted, clock, lines } = rig(chance, providerError(529), new HttpError('cut', 'x'), says('there'))
    const reply = model.complete(request, never)
    await clock.advance(firstMs - 1)
    t.equal(scripted.requests.length, 1)
    await clock.advance(1)
    t.equal(scripted.requests.length, 2)
    await clock.advance(secondMs - 1)
    t.equal(scripted.requests.length, 2)
    await clock.advance(1)
    t.equal((await reply).text, 'there')
    t.equal(clock.pendingTimers(), 0)
    t.equal(lines.length, 2, 'each try is in the log')
  }
})

void t.test('after the last try the person gets the sentence and the caller the facts', async (t) => {
  const answer = { providerCode: 'overloaded_error', providerMessage: 'SECRET' }
  const { model, scripted, clock } = rig(0, ...[1, 2, 3].map(() => providerError(529, answer)))
  const failed = model.complete(request, never).catch((error: unknown) => error)
  await clock.advance(60_000)
  const error = await failed
  t.match(error, { code: 'model', status: 529, ...answer, visible: false })
  t.match(error, { message: 'scripted/model is overloaded (status 529). Try again in a minute or two.' })
  t.equal(modelFailure(error, 'scripted/model')?.cause, 'overloaded', 'and it is classified the same again')
  t.equal(scripted.requests.length, limits.modelTriesMax)
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a network that stays away is told as such, with nothing of an address', async (t) => {
  const { model, clock } = rig(0, ...[1, 2, 3].map(() => new HttpError('no-address', 'api.example was not found.')))
  const failed = model.complete(request, never).catch((error: unknown) => error)
  await clock.advance(60_000)
  const error = await failed
  t.match(error, { code: 'model', message: 'scripted/model could not be asked: api.example was not found.' })
  t.equal(modelFailure(error, 'scripted/model')?.cause, 'network')
})

void t.test('the time that a provider names is the least, with chance on top', async (t) => {
  const { model, scripted, clock } = rig(0.5, providerError(429, { retryAfterMs: 7_000 }), says('there'))
  const reply = model.complete(request, never)
  await clock.advance(7_499)
  t.equal(scripted.requests.length, 1)
  await clock.advance(1)
  t.equal((await reply).text, 'there')
})

void t.test('a wait longer than a person has is not begun', async (t) => {
  const { model, scripted, clock } = rig(0, providerError(429, { retryAfterMs: limits.modelRetryAfterMaxMs + 1 }))
  await t.rejects(model.complete(request, never), { message: 'scripted/model is asked too often. Try again in 20s.' })
  t.equal(scripted.requests.length, 1)
  t.equal(clock.pendingTimers(), 0)
})

void t.test('money, keys, requests and what has been shown are never tried again', async (t) => {
  const errors = [
    providerError(402),
    providerError(429, { providerCode: 'insufficient_quota' }),
    providerError(401),
    providerError(404),
    providerError(400),
    providerError(529, { visible: true }),
    providerError(undefined, { visible: true }, new HttpError('cut', 'x')),
    new HttpError('tls', 'x'),
    new HttpError('first-byte-timeout', 'x'),
  ]
  for (const error of errors) {
    const { model, scripted, clock } = rig(0, error, says('never'))
    await t.rejects(model.complete(request, never), { code: 'model' })
    t.equal(scripted.requests.length, 1)
    t.equal(clock.pendingTimers(), 0)
  }
})

void t.test('a stop and a bug pass through as they are', async (t) => {
  for (const error of [new PincerError('stopped', 'x'), new TypeError('bug')]) {
    const { model, scripted } = rig(0, error)
    t.equal(await model.complete(request, never).catch((thrown: unknown) => thrown), error)
    t.equal(scripted.requests.length, 1)
  }
})

void t.test('a stop ends the wait between two tries', async (t) => {
  const { model, scripted, clock } = rig(0, providerError(500), says('never'))
  const aborter = new AbortController()
  const stopped = t.rejects(model.complete(request, aborter.signal), { code: 'stopped' })
  await clock.advance(100)
  aborter.abort()
  await stopped
  t.equal(scripted.requests.length, 1)
  t.equal(clock.pendingTimers(), 0)
})
