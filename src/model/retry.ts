import { sleep, type Clock } from '../clock.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { modelFailure, type ModelFailure } from './failure.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'
import { isProviderError, ProviderError } from './provider-error.ts'
import { wrapModel } from './wrapped-model.ts'

export interface RetryOptions {
  readonly clock: Clock
  /** From 0 up to 1: boards that failed together must not come back together. */
  readonly chance: () => number
  readonly log: Log
}

/**
 * The model, asked again where that may help: a few times, later each time, never sooner than the provider says. One
 * that wants a longer wait than a person has fails at once and says when. Fails with a ProviderError whose sentence is
 * for the person and whose facts are those of the last try, or with `stopped`.
 */
export function withRetry(model: Model, options: RetryOptions): Model {
  return wrapModel(model, (request, signal) => completeWithRetry(model, options, request, signal))
}

async function completeWithRetry(
  model: Model,
  { clock, chance, log }: RetryOptions,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<ModelReply> {
  for (let tries = 1; ; tries++) {
    try {
      return await model.complete(request, signal)
    } catch (error) {
      const failure = modelFailure(error, model.id)
      if (failure === undefined) throw error
      const waitsTooLong = (failure.retryAfterMs ?? 0) > limits.modelRetryAfterMaxMs
      if (!failure.mayRetry || waitsTooLong || tries >= limits.modelTriesMax) throw classified(failure, error)
      log.info('model', `${failure.sentence} This was try ${tries} of ${limits.modelTriesMax}.`)
      await sleep(clock, delayMs(tries, failure, chance()), signal)
    }
  }
}

function delayMs(tries: number, { retryAfterMs }: ModelFailure, chance: number): number {
  const backOffMs = limits.modelRetryMs * 2 ** (tries - 1)
  // What the provider says is the least: chance comes on top.
  return retryAfterMs === undefined
    ? backOffMs * (0.5 + chance)
    : Math.max(retryAfterMs, backOffMs / 2) + backOffMs * chance
}

/** The same facts with the sentence for the person: whoever asks for the cause again gets the same one. */
function classified(failure: ModelFailure, error: unknown): ProviderError {
  if (isProviderError(error)) return new ProviderError(failure.sentence, error, { cause: error.cause })
  const nothing = { status: undefined, retryAfterMs: undefined, providerCode: undefined, providerMessage: undefined }
  return new ProviderError(failure.sentence, { ...nothing, visible: false }, { cause: error })
}
