import t from 'tap'
import { refusal, statedError } from '../../src/model/provider-answer.ts'
import { FakeClock } from '../support/fake-clock.ts'

const clock = new FakeClock('2026-11-21T12:00:00Z')
const read = (body: unknown, headers = {}, status = 400): object =>
  refusal(status, headers, typeof body === 'string' ? body : JSON.stringify(body), clock)

void t.test('the error is found in the forms of all providers', (t) => {
  const rows: readonly (readonly [unknown, string | undefined, string | undefined])[] = [
    [
      { error: { message: 'm', type: 'invalid_request_error', param: null, code: 'model_not_found' } },
      'model_not_found',
      'm',
    ],
    [{ error: { message: 'm', type: 'invalid_request_error', code: null } }, 'invalid_request_error', 'm'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'm' }, request_id: 'r' }, 'overloaded_error', 'm'],
    [[{ error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED' } }], 'RESOURCE_EXHAUSTED', 'm'],
    [{ error: { code: 402, message: 'm', metadata: {} } }, undefined, 'm'],
    [{ error: 'model "x" not found' }, undefined, 'model "x" not found'],
    [
      { object: 'error', message: 'm', type: 'invalid_request_message_order', code: '3230' },
      'invalid_request_message_order',
      'm',
    ],
    [
      { object: 'error', message: { detail: [{ msg: 'Extra inputs' }] }, type: 'x' },
      'x',
      '{"detail":[{"msg":"Extra inputs"}]}',
    ],
    [{ detail: 'Unauthorized' }, undefined, 'Unauthorized'],
    [
      { error: { message: 'm', type: 'exceed_context_size_error', code: 400, n_ctx: 4096 } },
      'exceed_context_size_error',
      'm',
    ],
    ['plain words', undefined, 'plain words'],
    ['', undefined, undefined],
    ['null', undefined, 'null'],
    ['[]', undefined, '[]'],
    [{ error: null, other: 1 }, undefined, '{"error":null,"other":1}'],
  ]
  for (const [body, providerCode, providerMessage] of rows) {
    t.same(read(body), { status: 400, providerCode, providerMessage, retryAfterMs: undefined }, JSON.stringify(body))
  }
  t.end()
})

void t.test('an answer without an error is none', (t) => {
  for (const body of [undefined, null, 7, [], {}, { error: null }, { choices: [], type: 'message' }]) {
    t.equal(statedError(body), undefined, JSON.stringify(body))
  }
  t.end()
})

void t.test('how long to wait is read in all its forms, and garbage is no wait', (t) => {
  const rows: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': ' 7 ' }, 7_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:01:30 GMT' }, 90_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '150', 'retry-after': '1' }, 150],
    [{ 'retry-after-ms': 'x', 'retry-after': '1' }, 1_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ]
  for (const [headers, retryAfterMs] of rows) {
    t.same((read({}, headers, 429) as { retryAfterMs?: number }).retryAfterMs, retryAfterMs, JSON.stringify(headers))
  }
  t.end()
})

void t.test("Gemini's details tell the wait and whether the quota is the day's", (t) => {
  const details = [
    {
      '@type': 'x/google.rpc.QuotaFailure',
      violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
    },
    { '@type': 'x/google.rpc.RetryInfo', retryDelay: '34.5s' },
  ]
  t.match(read([{ error: { code: 429, message: 'Quota.', status: 'RESOURCE_EXHAUSTED', details } }], {}, 429), {
    retryAfterMs: 34_500,
    providerMessage: 'Quota. GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  })
  t.end()
})
