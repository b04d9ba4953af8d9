import type { Model } from './model.ts'

/** `model`, asked by way of `complete`. All else is looked up when it is wanted: what it is may change. */
export function wrapModel(model: Model, complete: Model['complete']): Model {
  return {
    get id() {
      return model.id
    },
    get windowTokens() {
      return model.windowTokens
    },
    ...(model.asked === undefined ? {} : { asked: (chat) => model.asked?.(chat) }),
    complete,
  }
}
