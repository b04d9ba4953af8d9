import { isPincerError, PincerError } from '../errors.ts'

/** What a provider said, or undefined where it said nothing. */
export interface ProviderAnswer {
  /** The HTTP status; also the one that an error inside a stream stands for. Undefined: the network failed, see `cause`. */
  readonly status: number | undefined
  /** From Retry-After (or retry-after-ms), milliseconds from now. */
  readonly retryAfterMs: number | undefined
  /** The provider's own name of the error: `insufficient_quota`, `overloaded_error`, `RESOURCE_EXHAUSTED`. */
  readonly providerCode: string | undefined
  /** The provider's own words. Read by the classification and never shown: they may hold keys, addresses, prompts. */
  readonly providerMessage: string | undefined
  /** Text of the answer had been received before it failed: another try would say it twice. */
  readonly visible: boolean
}

/** One call to a provider failed. Its sentence holds no key, no address and none of the provider's words. */
export class ProviderError extends PincerError implements ProviderAnswer {
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly providerCode: string | undefined
  readonly providerMessage: string | undefined
  readonly visible: boolean

  constructor(sentence: string, answer: ProviderAnswer, options?: { readonly cause?: unknown }) {
    super('model', sentence, options)
    this.status = answer.status
    this.retryAfterMs = answer.retryAfterMs
    this.providerCode = answer.providerCode
    this.providerMessage = answer.providerMessage
    this.visible = answer.visible
  }
}

/** Lazy parts carry their own copy of the class: ask this, never `instanceof`. */
export function isProviderError(error: unknown): error is ProviderError {
  return isPincerError(error) && 'providerCode' in error && 'visible' in error
}
