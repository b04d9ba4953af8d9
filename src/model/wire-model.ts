import { exchange, type ReplyReader, type WireOptions } from './exchange.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'
import { ModelWindow } from './model-window.ts'
import { ReplyDraft } from './reply-draft.ts'

/** What one wire format makes of requests, and how it is read. */
export interface WireFormat {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  body(request: ModelRequest, windowTokens: number): object
  reader(draft: ReplyDraft): ReplyReader
  /** Calls that a model writes as text are calls too. */
  readonly readsTextCalls: boolean
}

/** A model that is asked over HTTP in this format. What the server says of its window counts from the next request on. */
export function createWireModel(options: WireOptions, format: WireFormat): Model {
  const { url, headers, readsTextCalls } = format
  const window = new ModelWindow(options, headers)

  /** Bodies that were made ahead, each for a window. */
  const prepared = new WeakMap<ModelRequest, { readonly windowTokens: number; readonly text: string }>()
  const bodyOf = (request: ModelRequest): string => JSON.stringify(format.body(request, window.tokens))
  const takeBody = (request: ModelRequest): string => {
    const made = prepared.get(request)
    prepared.delete(request)
    return made?.windowTokens === window.tokens ? made.text : bodyOf(request)
  }

  async function complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    const draft = new ReplyDraft(options.id)
    await window.learn(false, signal)
    await exchange(options, { url, headers, body: takeBody(request) }, format.reader(draft), signal)
    await window.learn(true, signal)
    return draft.reply(new Set(request.tools.map((tool) => tool.name)), readsTextCalls)
  }
  return Object.freeze({
    id: options.id,
    get windowTokens() {
      return window.tokens
    },
    prepare(request: ModelRequest): void {
      prepared.set(request, { windowTokens: window.tokens, text: bodyOf(request) })
    },
    complete,
  })
}
