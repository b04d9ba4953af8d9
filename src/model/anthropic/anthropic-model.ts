import type { ProviderFlags } from '../../config/known-providers.ts'
import type { WireOptions } from '../exchange.ts'
import type { Model } from '../model.ts'
import { createWireModel } from '../wire-model.ts'
import { AnthropicReplyReader } from './reply-reader.ts'
import { anthropicRequestBody } from './request-body.ts'

export interface AnthropicModelOptions extends WireOptions {
  readonly flags: Pick<ProviderFlags, 'readsTextCalls' | 'bodyExtra'>
}

const version = '2023-06-01'

/** A model behind a Messages API: Anthropic's own, or one that takes after it. */
export function createAnthropicModel(options: AnthropicModelOptions): Model {
  const { baseUrl, apiKey, flags } = options
  return createWireModel(options, {
    // Providers document their address with and without the version.
    url: `${baseUrl.replace(/\/$/, '').replace(/\/v1$/, '')}/v1/messages`,
    headers: { 'anthropic-version': version, ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) },
    body: (request, windowTokens) => anthropicRequestBody(request, { ...options, windowTokens }),
    reader: (draft) => new AnthropicReplyReader(draft),
    readsTextCalls: flags.readsTextCalls,
  })
}
