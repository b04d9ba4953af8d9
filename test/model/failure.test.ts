import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import { HttpError, type HttpFailure } from '../../src/http/http-error.ts'
import { modelFailure, type FailureCause, type Next } from '../../src/model/failure.ts'
import { refusal } from '../../src/model/provider-answer.ts'
import { ProviderError } from '../../src/model/provider-error.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { refusals, type Refusal } from '../support/provider-refusals.ts'

const clock = new FakeClock()
const nothing = { retryAfterMs: undefined, providerCode: undefined, providerMessage: undefined, visible: false }

function refused({ status, headers, body }: Refusal, visible = false): ProviderError {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new ProviderError('a sentence of the wire', { ...refusal(status, headers ?? {}, text, clock), visible })
}

/** Retry it, try the next model. */
const allowed: Readonly<Record<FailureCause, readonly [boolean, Next]>> = {
  'too-often': [true, 'any'],
  overloaded: [true, 'any'],
  'provider-fault': [true, 'any'],
  money: [false, 'any'],
  'daily-quota': [false, 'any'],
  key: [false, 'offline'],
  forbidden: [false, 'offline'],
  'unknown-model': [false, 'offline'],
  'too-long': [false, 'none'],
  'bad-request': [false, 'none'],
  network: [true, 'any'],
  'web-page': [false, 'any'],
  'broken-off': [false, 'none'],
  'own-limit': [false, 'any'],
  unusable: [false, 'none'],
}

void t.test('every documented refusal has its cause, what may be done, and one sentence without secrets', (t) => {
  for (const each of refusals) {
    const title = `${each.from} ${each.status} ${JSON.stringify(each.body).slice(0, 80)}`
    const failure = modelFailure(refused(each), `${each.from}/some-model`)
    t.equal(failure?.cause, each.cause, title)
    t.same([failure?.mayRetry, failure?.next], allowed[each.cause], title)
    const sentence = failure?.sentence ?? ''
    t.ok(sentence.includes(each.from), `names the provider: ${sentence}`)
    t.match(sentence, /^.{20,240}\.$/, 'is one or two sentences')
    t.match(sentence, /[Tt]ry again|check|add credit|[Bb]egin a new/, 'says what to do')
    t.notMatch(sentence, /SECRET|sk-|https?:|[{}<]|a sentence of the wire/)
    t.equal(modelFailure(refused(each, true), 'x/y')?.mayRetry, false, 'nothing is repeated once words have come')
    t.equal(modelFailure(refused(each, true), 'x/y')?.next, 'none')
  }
  t.end()
})

void t.test('a time that the provider names is told to the person', (t) => {
  const rate = (headers: Readonly<Record<string, string>>) =>
    modelFailure(refused({ from: 'groq', status: 429, headers, body: '', cause: 'too-often' }), 'groq/x')
  t.match(rate({ 'retry-after': '90' })?.sentence, /Try again in 1m 30s\.$/)
  t.equal(rate({ 'retry-after': '90' })?.retryAfterMs, 90_000)
  t.match(rate({ 'retry-after': '0' })?.sentence, /Try again in 1s\.$/)
  t.match(rate({})?.sentence, /Try again in a minute or two\.$/)
  t.end()
})

void t.test('a network that fails is said by host and cause, and waited for only where it fails at once', (t) => {
  const failures: Readonly<Record<HttpFailure, boolean>> = {
    'no-address': true,
    refused: true,
    unreachable: true,
    cut: true,
    'connect-timeout': false,
    tls: false,
    'first-byte-timeout': false,
    'gap-timeout': false,
    'not-http': false,
  }
  for (const [name, mayRetry] of Object.entries(failures)) {
    const network = new HttpError(name as HttpFailure, 'api.example was not found.')
    const wrapped = new ProviderError('x', { ...nothing, status: undefined }, { cause: network })
    for (const error of [network, wrapped]) {
      const failure = modelFailure(error, 'lan/x')
      t.match(failure, { cause: 'network', mayRetry, next: 'any' }, name)
      t.equal(failure?.sentence, 'lan/x could not be asked: api.example was not found.')
    }
  }
  const broken = new ProviderError('It broke off: ask again.', { ...nothing, status: undefined, visible: true })
  t.match(modelFailure(broken, 'lan/x'), { cause: 'broken-off', sentence: 'It broke off: ask again.' })
  t.end()
})

void t.test('faults of an answer keep the sentence that was written for them', (t) => {
  const rows = [
    ['web_page', 200, 'web-page'],
    ['reply_too_long', 200, 'unusable'],
    ['unreadable_reply', 200, 'unusable'],
    ['unreadable_reply', 502, 'provider-fault'],
    ['empty_reply', 502, 'provider-fault'],
  ] as const
  for (const [providerCode, status, cause] of rows) {
    const error = new ProviderError('A sentence of ours.', { ...nothing, providerCode, status })
    t.match(modelFailure(error, 'lan/x'), { cause, sentence: 'A sentence of ours.' }, providerCode)
  }
  const key = new PincerError('config', 'The key cannot be sent.')
  t.match(modelFailure(key, 'lan/x'), { cause: 'key', sentence: 'The key cannot be sent.' })
  t.end()
})

void t.test('a stop, a bug and what is classified already are no failures of a model', (t) => {
  for (const error of [new PincerError('stopped', 'x'), new PincerError('model', 'x'), new TypeError('x'), 'x']) {
    t.equal(modelFailure(error, 'lan/x'), undefined)
  }
  t.end()
})
