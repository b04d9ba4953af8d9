import type { ProviderFlags } from '../../config/known-providers.ts'
import { exchange, type WireOptions } from '../exchange.ts'
import type { Model, ModelReply, ModelRequest } from '../model.ts'
import { ModelWindow } from '../model-window.ts'
import { ReplyDraft } from '../reply-draft.ts'
import { AnthropicReplyReader } from './reply-reader.ts'
import { anthropicRequestBody } from './request-body.ts'

export interface AnthropicModelOptions extends WireOptions {
  readonly flags: Pick<ProviderFlags, 'readsTextCalls' | 'bodyExtra'>
}

const version = '2023-06-01'

/** A model behind a Messages API: Anthropic's own, or one that takes after it. */
export function createAnthropicModel(options: AnthropicModelOptions): Model {
  const { id, baseUrl, apiKey, flags } = options
  // Providers document their address with and without the version.
  const url = `${baseUrl.replace(/\/$/, '').replace(/\/v1$/, '')}/v1/messages`
  const headers = { 'anthropic-version': version, ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) }
  const window = new ModelWindow(options, headers)

  async function complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    const reader = new AnthropicReplyReader(new ReplyDraft(id))
    await window.learn(false, signal)
    const body = anthropicRequestBody(request, { ...options, windowTokens: window.tokens })
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
