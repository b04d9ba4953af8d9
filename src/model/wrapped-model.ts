import type { Model, ModelRequest } from './model.ts'

/**
 * `model`, asked by way of `complete`, which sends it what `sent` makes of a request. All else is looked up when it is
 * wanted: what it is may change.
 */
export function wrapModel(
  model: Model,
  complete: Model['complete'],
  sent: (request: ModelRequest) => ModelRequest = (request) => request,
): Model {
  return {
    get id() {
      return model.id
    },
    get windowTokens() {
      return model.windowTokens
    },
    ...(model.asked === undefined ? {} : { asked: (chat) => model.asked?.(chat) }),
    ...(model.prepare === undefined ? {} : { prepare: (request) => model.prepare?.(sent(request)) }),
    complete,
  }
}

/** The same for the same request each time, so that what was prepared is found again. */
export function oncePerRequest(
  change: (request: ModelRequest) => ModelRequest,
): (request: ModelRequest) => ModelRequest {
  const changed = new WeakMap<ModelRequest, ModelRequest>()
  return (request) => {
    const made = changed.get(request) ?? change(request)
    changed.set(request, made)
    return made
  }
}
