import type { FailureCause } from '../../src/model/failure.ts'

export interface Refusal {
  readonly from: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  readonly cause: FailureCause
}

const openai = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, param: null, code },
})
const anthropic = (type: string, message: string, details?: object) => ({
  type: 'error',
  error: { type, message, ...(details === undefined ? {} : { details }) },
  request_id: 'req_SECRET',
})
const gemini = (code: number, status: string, message: string, quotaId?: string) => [
  {
    error: {
      code,
      status,
      message,
      details: quotaId === undefined ? [] : [{ '@type': 'x/google.rpc.QuotaFailure', violations: [{ quotaId }] }],
    },
  },
]
const billingPage = 'https://platform.openai.com/account/billing'
const geminiQuota =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.'

/** Refusals in the forms that the providers' public documents give them. */
export const refusals: readonly Refusal[] = [
  // OpenAI and those who speak its format
  {
    from: 'openai',
    status: 429,
    headers: { 'retry-after': '7' },
    body: openai(
      `Rate limit reached for gpt-x in organization org-SECRET on tokens per min (TPM): Limit 30000. Please try again in 6.9s. Add a payment method at ${billingPage}.`,
      'tokens',
      'rate_limit_exceeded',
    ),
    cause: 'too-often',
  },
  ...['credit_balance_exhausted', 'organization_spend_limit_exceeded', 'project_spend_limit_exceeded'].map(
    (code): Refusal => ({
      from: 'openai',
      status: 429,
      body: openai('This request was refused.', 'insufficient_quota', code),
      cause: 'money',
    }),
  ),
  {
    from: 'openai',
    status: 429,
    body: openai(
      'Rate limit reached for gpt-x on requests per day (RPD): Limit 200.',
      'requests',
      'rate_limit_exceeded',
    ),
    cause: 'daily-quota',
  },
  {
    from: 'openai',
    status: 429,
    body: openai(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ),
    cause: 'money',
  },
  {
    from: 'openai',
    status: 400,
    body: openai('Billing hard limit has been reached', 'invalid_request_error', 'billing_hard_limit_reached'),
    cause: 'money',
  },
  {
    from: 'openai',
    status: 401,
    body: openai('Incorrect API key provided: sk-SECRET.', 'invalid_request_error', 'invalid_api_key'),
    cause: 'key',
  },
  {
    from: 'openai',
    status: 403,
    body: openai('Country, region, or territory not supported', 'x', 'unsupported_country_region_territory'),
    cause: 'forbidden',
  },
  {
    from: 'openai',
    status: 404,
    body: openai(
      'The model `gpt-y` does not exist or you do not have access to it.',
      'invalid_request_error',
      'model_not_found',
    ),
    cause: 'unknown-model',
  },
  {
    from: 'openai',
    status: 400,
    body: openai(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      'invalid_request_error',
      'context_length_exceeded',
    ),
    cause: 'too-long',
  },
  {
    from: 'openai',
    status: 400,
    body: openai("Invalid type for 'messages[0].content'.", 'invalid_request_error', 'invalid_type'),
    cause: 'bad-request',
  },
  { from: 'openai', status: 500, body: openai('The server had an error', 'server_error'), cause: 'provider-fault' },
  {
    from: 'openai',
    status: 503,
    body: openai('The engine is currently overloaded', 'server_error'),
    cause: 'overloaded',
  },
  { from: 'openai', status: 408, body: '', cause: 'provider-fault' },
  { from: 'openrouter', status: 402, body: { error: { code: 402, message: 'Insufficient credits' } }, cause: 'money' },
  {
    from: 'openrouter',
    status: 429,
    body: { error: { code: 429, message: 'Rate limit exceeded: free-models-per-day' } },
    cause: 'daily-quota',
  },
  {
    from: 'openrouter',
    status: 400,
    body: { error: { code: 400, message: 'x/y is not a valid model ID' } },
    cause: 'unknown-model',
  },
  {
    from: 'openrouter',
    status: 502,
    body: { error: { code: 502, message: 'Provider returned error' } },
    cause: 'provider-fault',
  },
  {
    from: 'deepseek',
    status: 402,
    body: openai('Insufficient Balance', 'unknown_error', 'invalid_request_error'),
    cause: 'money',
  },
  {
    from: 'groq',
    status: 413,
    body: openai(
      'Request too large for model: Limit 6000, Requested 9000, please reduce your message size.',
      'tokens',
      'rate_limit_exceeded',
    ),
    cause: 'too-long',
  },
  {
    from: 'mistral',
    status: 429,
    body: { object: 'error', message: 'Requests rate limit exceeded', type: 'rate_limited', param: null, code: '1300' },
    cause: 'too-often',
  },
  { from: 'mistral', status: 401, body: { detail: 'Unauthorized' }, cause: 'key' },
  {
    from: 'mistral',
    status: 422,
    body: { detail: [{ type: 'missing', loc: ['body', 'model'], msg: 'x' }] },
    cause: 'bad-request',
  },
  { from: 'xai', status: 400, body: { code: 'invalid', error: 'Incorrect API key provided: xa***ET.' }, cause: 'key' },
  {
    from: 'xai',
    status: 403,
    body: { code: 'forbidden', error: "Your newly created team doesn't have any credits yet." },
    cause: 'money',
  },
  {
    from: 'ollama',
    status: 404,
    body: openai('model "x" not found, try pulling it first', 'not_found_error'),
    cause: 'unknown-model',
  },
  {
    from: 'llamacpp',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
      },
    },
    cause: 'too-long',
  },
  {
    from: 'llamacpp',
    status: 503,
    body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
    cause: 'overloaded',
  },
  // Gemini through its OpenAI-compatible address
  {
    from: 'gemini',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', geminiQuota, 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
    cause: 'too-often',
  },
  {
    from: 'gemini',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', geminiQuota, 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
    cause: 'daily-quota',
  },
  {
    from: 'gemini',
    status: 400,
    body: gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
    cause: 'key',
  },
  {
    from: 'gemini',
    status: 400,
    body: gemini(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ),
    cause: 'too-long',
  },
  { from: 'gemini', status: 503, body: gemini(503, 'UNAVAILABLE', 'The model is overloaded.'), cause: 'overloaded' },
  // Anthropic
  {
    from: 'anthropic',
    status: 429,
    headers: { 'retry-after': '12' },
    body: anthropic('rate_limit_error', "This request would exceed your account's rate limit. Please try again later."),
    cause: 'too-often',
  },
  {
    from: 'anthropic',
    status: 429,
    body: anthropic('rate_limit_error', 'Number of request tokens has exceeded your per-minute rate limit.'),
    cause: 'too-often',
  },
  {
    from: 'anthropic',
    status: 429,
    body: anthropic('rate_limit_error', 'Usage is paused.', { error_code: 'enforced_spend_limit_reached' }),
    cause: 'money',
  },
  {
    from: 'anthropic',
    status: 400,
    body: anthropic('invalid_request_error', 'You have reached your specified API usage limits.'),
    cause: 'money',
  },
  { from: 'anthropic', status: 402, body: anthropic('billing_error', 'Check your payment details.'), cause: 'money' },
  {
    from: 'anthropic',
    status: 400,
    body: anthropic('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
    cause: 'money',
  },
  {
    from: 'anthropic',
    status: 400,
    body: anthropic(
      'invalid_request_error',
      'You have reached your specified API usage limits. You will regain access on 2026-12-01.',
    ),
    cause: 'money',
  },
  { from: 'anthropic', status: 401, body: anthropic('authentication_error', 'invalid x-api-key'), cause: 'key' },
  { from: 'anthropic', status: 403, body: anthropic('permission_error', 'No permission'), cause: 'forbidden' },
  { from: 'anthropic', status: 404, body: anthropic('not_found_error', 'model: claude-y'), cause: 'unknown-model' },
  {
    from: 'anthropic',
    status: 400,
    body: anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    cause: 'too-long',
  },
  {
    from: 'anthropic',
    status: 413,
    body: anthropic('request_too_large', 'Request exceeds the maximum size'),
    cause: 'too-long',
  },
  {
    from: 'anthropic',
    status: 400,
    body: anthropic('invalid_request_error', 'messages.1: `tool_use` ids were found without `tool_result` blocks'),
    cause: 'bad-request',
  },
  { from: 'anthropic', status: 500, body: anthropic('api_error', 'Internal server error'), cause: 'provider-fault' },
  { from: 'anthropic', status: 529, body: anthropic('overloaded_error', 'Overloaded'), cause: 'overloaded' },
  { from: 'anthropic', status: 409, body: anthropic('conflict_error', 'Conflict'), cause: 'provider-fault' },
  // What stands between
  { from: 'proxy', status: 504, body: '<html><body>gateway SECRET</body></html>', cause: 'provider-fault' },
  { from: 'proxy', status: 503, body: '<html>no credits, context length, invalid api key</html>', cause: 'overloaded' },
  { from: 'proxy', status: 429, body: '', cause: 'too-often' },
]
