import type { ProviderFlags } from '../../config/known-providers.ts'
import { exchange, type WireOptions } from '../exchange.ts'
import type { Model, ModelReply, ModelRequest } from '../model.ts'
import { ReplyDraft } from '../reply-draft.ts'
import { OpenaiReplyReader } from './reply-reader.ts'
import { openaiRequestBody } from './request-body.ts'

export interface OpenaiModelOptions extends WireOptions {
  /** What this provider does otherwise than the others. */
  readonly flags: ProviderFlags
}

/** A model behind a Chat Completions API: OpenAI's own, or one of the many that take after it. */
export function createOpenaiModel(options: OpenaiModelOptions): Model {
  const { id, baseUrl, apiKey, windowTokens, flags } = options
  const url = `${baseUrl.replace(/\/$/, '')}/chat/completions`
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }

  async function complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    const reader = new OpenaiReplyReader(new ReplyDraft(id))
    await exchange(options, { url, headers, body: openaiRequestBody(request, options) }, reader, signal)
    return reader.draft.reply(new Set(request.tools.map((tool) => tool.name)), flags.readsTextCalls)
  }
  return Object.freeze({ id, windowTokens, complete })
}
