import type { ProviderAnswer } from './provider-error.ts'

export type RefusalCause =
  | 'too-often' // a rate limit
  | 'overloaded'
  | 'provider-fault' // 5xx, and what the provider gave up on
  | 'money' // no credit, or a spending limit: nothing but a person ends it
  | 'daily-quota'
  | 'key'
  | 'forbidden'
  | 'unknown-model'
  | 'too-long' // more than the model's window
  | 'bad-request'

/**
 * Why a provider refused. Its name for it counts most, then its words, then the status: providers share statuses (429 is
 * a rate, a day's quota or an empty account) and differ in names.
 */
export function causeOfRefusal(answer: ProviderAnswer): RefusalCause {
  const status = answer.status ?? 0
  const name = answer.providerCode ?? ''
  const words = answer.providerMessage ?? ''
  if (status < 500) {
    if (tooLongName.test(name) || (status !== 429 && tooLongWords.test(words))) return 'too-long'
    if (isDaily(status, words)) return 'daily-quota'
    if (isMoney(status, name, words)) return 'money'
    if (status !== 429 && (name === 'invalid_api_key' || keyWords.test(words))) return 'key'
    if (status !== 429 && (name === 'model_not_found' || modelWords.test(words))) return 'unknown-model'
  }
  return causeOfStatus(status)
}

const tooLongName = /^(?:context_length_exceeded|exceed_context_size_error|request_too_large|string_above_max_length)$/
const tooLongWords =
  /context[ _](?:length|window|size|limit)|(?:prompt|input|request) is too long|too many (?:input )?tokens|input token count|reduce the length|request too large/i

const moneyName =
  /^(?:insufficient_(?:quota|balance|credits|user_quota)|credit_balance_exhausted|billing_\w+|\w+_(?:spend|usage)_limit_(?:exceeded|reached)|enforced_spend_limit_reached|exceeded_current_quota_error|payment_required)$/
const moneyWords =
  /insufficient (?:account )?(?:balance|credits?|funds|quota)|credit balance|(?:out of|no|any|all available|more) credits|spend(?:ing)? limit|usage limits|plan and billing/i

const keyWords =
  /api[ _-]?key.{0,40}(?:invalid|not valid|incorrect|expired|missing)|(?:invalid|incorrect|missing).{0,20}api[ _-]?key/i
const modelWords =
  /model.{0,80}(?:not found|does not exist|not exist|not a valid|decommissioned)|not a valid model|no such model/i

function isMoney(status: number, name: string, words: string): boolean {
  if (moneyName.test(name) || status === 402) return true
  // Gemini speaks of plan and billing in every refusal, OpenAI in its rate limits of payment.
  if (name === 'RESOURCE_EXHAUSTED' || name === 'rate_limit_exceeded') return false
  return moneyWords.test(words)
}

function isDaily(status: number, words: string): boolean {
  return status === 429 && /per[ -]?day|\bdaily\b/i.test(words)
}

function causeOfStatus(status: number): RefusalCause {
  switch (status) {
    case 401:
      return 'key'
    case 402:
      return 'money'
    case 403:
      return 'forbidden'
    case 404:
      return 'unknown-model'
    case 413:
      return 'too-long'
    case 429:
      return 'too-often'
    case 503:
    case 529:
      return 'overloaded'
    // Given up on, or crossed with another request: the same request may pass.
    case 408:
    case 409:
    case 425:
      return 'provider-fault'
    default:
      return status >= 400 && status < 500 ? 'bad-request' : 'provider-fault'
  }
}
