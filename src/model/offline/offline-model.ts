import { randomUUID } from 'node:crypto'
import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Model, ModelReply, ModelRequest } from '../model.ts'
import { answerTo } from './answer.ts'
import type { OfflineDevice } from './parsed.ts'
import { asksOf } from './pending.ts'
import { nextUses } from './progress.ts'

export interface OfflineModelOptions {
  /** The configured devices, as summaries. */
  readonly devices: () => readonly OfflineDevice[]
  /** One line for `status`, for example board and model. */
  readonly facts: () => string
}

const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 } as const

/**
 * A model that is a grammar: it needs no network, costs nothing and answers at once. Like any other it only asks for
 * tool calls and reads their results; whether they are allowed is decided where all calls are. It keeps no state:
 * everything comes from the request.
 */
export function createOfflineModel(options: OfflineModelOptions): Model {
  return Object.freeze({
    id: 'offline',
    windowTokens: limits.offlineWindowTokens,
    // In a microtask, so that a signal aborted right after the call is still honoured.
    complete: (request: ModelRequest, signal: AbortSignal) =>
      Promise.resolve().then(() => {
        if (signal.aborted) throw new PincerError('stopped', 'The offline model was stopped.')
        return reply(request, options)
      }),
  })
}

function reply(request: ModelRequest, options: OfflineModelOptions): ModelReply {
  const devices = options.devices()
  const offered = new Set(request.tools.map((tool) => tool.name))
  const asks = asksOf(request.messages, devices, offered.size === 0)
  const uses = nextUses(asks, offered)
  if (uses.length === 0) {
    const text = answerTo({ asks, devices, offered, facts: options.facts() })
    return { text, toolCalls: [], usage }
  }
  // An id is never used twice in a chat: a transcript is mended by ids.
  const toolCalls = uses.map((use) => ({
    id: `offline_${randomUUID()}`,
    name: use.name,
    arguments: JSON.stringify(use.args),
  }))
  return { text: '', toolCalls, usage }
}
