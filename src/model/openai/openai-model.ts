import type { ProviderFlags } from '../../config/known-providers.ts'
import type { WireOptions } from '../exchange.ts'
import type { Model } from '../model.ts'
import { createWireModel } from '../wire-model.ts'
import { OpenaiReplyReader } from './reply-reader.ts'
import { openaiRequestBody } from './request-body.ts'

export interface OpenaiModelOptions extends WireOptions {
  /** What this provider does otherwise than the others. */
  readonly flags: ProviderFlags
}

/** A model behind a Chat Completions API: OpenAI's own, or one of the many that take after it. */
export function createOpenaiModel(options: OpenaiModelOptions): Model {
  const { baseUrl, apiKey, flags } = options
  return createWireModel(options, {
    url: `${baseUrl.replace(/\/$/, '')}/chat/completions`,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    body: (request, windowTokens) => openaiRequestBody(request, { ...options, windowTokens }),
    reader: (draft) => new OpenaiReplyReader(draft),
    readsTextCalls: flags.readsTextCalls,
  })
}
