import type { ProviderFlags } from '../../config/known-providers.ts'
import { exchange, type WireOptions } from '../exchange.ts'
import type { Model, ModelReply, ModelRequest } from '../model.ts'
import { ModelWindow } from '../model-window.ts'
import { ReplyDraft } from '../reply-draft.ts'
import { OpenaiReplyReader } from './reply-reader.ts'
import { openaiRequestBody } from './request-body.ts'

export interface OpenaiModelOptions extends WireOptions {
  /** What this provider does otherwise than the others. */
  readonly flags: ProviderFlags
}

/** A model behind a Chat Completions API: OpenAI's own, or one of the many that take after it. */
export function createOpenaiModel(options: OpenaiModelOptions): Model {
  const { id, baseUrl, apiKey, flags } = options
  const url = `${baseUrl.replace(/\/$/, '')}/chat/completions`
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  const window = new ModelWindow(options, headers)

  async function complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    const reader = new OpenaiReplyReader(new ReplyDraft(id))
    await window.learn(false, signal)
    const body = openaiRequestBody(request, { ...options, windowTokens: window.tokens })
    await exchange(options, { url, headers, body }, reader, signal)
    await window.learn(true, signal)
    return reader.draft.reply(new Set(request.tools.map((tool) => tool.name)), flags.readsTextCalls)
  }
  return Object.freeze({
    id,
    get windowTokens() {
      return window.tokens
    },
    complete,
  })
}
