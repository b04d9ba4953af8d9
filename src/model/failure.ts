import { formatDuration } from '../duration.ts'
import { isPincerError } from '../errors.ts'
import { isHttpError, type HttpFailure } from '../http/http-error.ts'
import { causeOfRefusal, type RefusalCause } from './refusal-cause.ts'
import { isProviderError } from './provider-error.ts'

export type FailureCause =
  | RefusalCause
  | 'network' // nobody was reached, or the connection broke before any words came
  | 'web-page' // a page to sign in, instead of the provider
  | 'broken-off' // words had come: another try, or another model, would say them twice
  | 'own-limit' // limits.tokensPerDay is reached: the provider was not asked
  | 'unusable' // the answer itself is no good, and no other try would make it better

/**
 * Which of the models behind it may answer instead. `offline`: what is wrong here stays so until somebody mends it, and
 * must not quietly become the bill of another provider; the model that costs nothing may still switch the lamp.
 */
export type Next = 'any' | 'offline' | 'none'

/** Why a model could not answer, and what may be done about it. */
export interface ModelFailure {
  readonly cause: FailureCause
  readonly mayRetry: boolean
  readonly next: Next
  /** When the provider wants to be asked again, milliseconds from now. */
  readonly retryAfterMs: number | undefined
  /** The cause in two or three words, for a list. */
  readonly inShort: string
  /** For the person: who, why and what to do; no body, no address, no key. */
  readonly sentence: string
}

interface Kind {
  readonly mayRetry: boolean
  readonly next: Next
  readonly inShort: string
}

const kinds: Readonly<Record<FailureCause, Kind>> = {
  'too-often': { mayRetry: true, next: 'any', inShort: 'asked too often' },
  overloaded: { mayRetry: true, next: 'any', inShort: 'overloaded' },
  'provider-fault': { mayRetry: true, next: 'any', inShort: 'fault of the provider' },
  money: { mayRetry: false, next: 'any', inShort: 'no credit left' },
  'daily-quota': { mayRetry: false, next: 'any', inShort: 'quota of the day used up' },
  key: { mayRetry: false, next: 'offline', inShort: 'key refused' },
  forbidden: { mayRetry: false, next: 'offline', inShort: 'not allowed' },
  'unknown-model': { mayRetry: false, next: 'offline', inShort: 'model not known' },
  'too-long': { mayRetry: false, next: 'none', inShort: 'conversation too long' },
  'bad-request': { mayRetry: false, next: 'none', inShort: 'request refused' },
  network: { mayRetry: true, next: 'any', inShort: 'not reached' },
  'web-page': { mayRetry: false, next: 'any', inShort: 'not reached' },
  'broken-off': { mayRetry: false, next: 'none', inShort: 'broken off' },
  'own-limit': { mayRetry: false, next: 'any', inShort: 'tokens of today used up' },
  unusable: { mayRetry: false, next: 'none', inShort: 'no usable answer' },
}

/** What waited for its whole deadline once is not worth the same wait again; a certificate does not change. */
const quickFailures: ReadonlySet<HttpFailure> = new Set(['no-address', 'refused', 'unreachable', 'cut'])

/** `modelId` is `provider/model`. Undefined for what is no failure of a model: a stop, a bug. */
export function modelFailure(error: unknown, modelId: string): ModelFailure | undefined {
  const network = isHttpError(error)
    ? error
    : isProviderError(error) && isHttpError(error.cause)
      ? error.cause
      : undefined
  if (isProviderError(error) && error.visible) return failure('broken-off', error.message)
  if (network !== undefined) {
    const made = failure('network', `${modelId} could not be asked: ${network.message}`)
    return { ...made, mayRetry: quickFailures.has(network.failure) }
  }
  // A key that cannot stand in a header.
  if (isPincerError(error) && error.code === 'config') return failure('key', error.message)
  if (!isProviderError(error)) return undefined
  switch (error.providerCode ?? '') {
    // Names of ours, see ReplyDraft and withTokenBudget: the sentence is ours too.
    case 'web_page':
      return failure('web-page', error.message)
    case 'token_budget':
      return failure('own-limit', error.message)
    case 'reply_too_long':
      return failure('unusable', error.message)
    case 'empty_reply':
    case 'unreadable_reply':
      return failure(error.status === 502 ? 'provider-fault' : 'unusable', error.message)
    default: {
      const cause = causeOfRefusal(error)
      return failure(cause, refusalSentence(cause, modelId, error), error.retryAfterMs)
    }
  }
}

/** `in 40s`, for the end of a sentence about when to try again. */
export function whenAgain(retryAfterMs: number | undefined): string {
  return retryAfterMs === undefined ? 'in a minute or two' : `in ${formatDuration(Math.max(1_000, retryAfterMs))}`
}

function failure(cause: FailureCause, sentence: string, retryAfterMs?: number): ModelFailure {
  return { cause, ...kinds[cause], retryAfterMs, sentence }
}

function refusalSentence(
  cause: RefusalCause,
  modelId: string,
  answer: { readonly status: number | undefined; readonly retryAfterMs: number | undefined },
): string {
  const provider = modelId.split('/')[0] ?? modelId
  const status = answer.status === undefined ? '' : ` (status ${answer.status})`
  const again = whenAgain(answer.retryAfterMs)
  switch (cause) {
    case 'too-often':
      return `${modelId} is asked too often. Try again ${again}.`
    case 'overloaded':
      return `${modelId} is overloaded${status}. Try again ${again}.`
    case 'provider-fault':
      return `${provider} has a fault of its own${status}. Try again ${again}.`
    case 'money': {
      const what = 'add credit or raise the limit there, or choose another model with /model'
      return `The account at ${provider} has no credit left or has reached its spending limit: ${what}.`
    }
    case 'daily-quota': {
      const when = answer.retryAfterMs === undefined ? 'tomorrow' : again
      return `The quota of the day at ${provider} is used up. Try again ${when}, or choose another model with /model.`
    }
    case 'key':
      return `${provider} does not accept its key${status}: check the key in the environment or in .env, and restart.`
    case 'forbidden': {
      const what = 'check the rights of the account and of the key there'
      return `${provider} does not allow this key to use ${modelId}${status}: ${what}.`
    }
    case 'unknown-model':
      return `${provider} does not know ${modelId}${status}: check the name at \`model:\` and the baseUrl in pincer.yaml.`
    case 'too-long':
      return `This conversation is longer than ${modelId} can read. Begin a new one with /new.`
    case 'bad-request':
      return `${modelId} does not accept the request${status}. Begin a new conversation with /new, or choose another model with /model.`
  }
}
