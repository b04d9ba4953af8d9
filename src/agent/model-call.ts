import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import type { Model, ModelReply, ModelRequest } from '../model/model.ts'

/**
 * One model call, ended by the signal and by its deadline even when the model ignores its own signal. Fails with
 * PincerError `model` or `stopped`.
 */
export async function callModel(
  model: Model,
  request: ModelRequest,
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<ModelReply> {
  const { clock, signal, timeoutMs } = options
  if (signal.aborted) throw new PincerError('stopped', 'The turn was stopped.')
  const aborter = new AbortController()
  const { promise: gaveUp, reject } = Promise.withResolvers<never>()
  const end = (error: PincerError): void => {
    // First: what a model says of its own end must not come before this.
    reject(error)
    aborter.abort(error)
  }
  const onStop = (): void => end(new PincerError('stopped', 'The turn was stopped.'))
  signal.addEventListener('abort', onStop, { once: true })
  const timer = clock.after(timeoutMs, () =>
    end(new PincerError('model', `${model.id} gave no answer in ${timeoutMs / 60_000} minutes: try again later.`)),
  )
  try {
    return await Promise.race([model.complete(request, aborter.signal), gaveUp])
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', onStop)
  }
}
