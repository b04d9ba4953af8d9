import { limits } from '../limits.ts'
import type { ModelReply } from './model.ts'

/** How long a reply may be: what providers are told, and what a small window can spare. */
export function replyTokensMax(windowTokens: number): number {
  return Math.min(limits.modelReplyTokensMax, Math.floor(windowTokens / 8))
}

/** What one run pays: what the cache took part in was paid before. */
export function spentTokens({ inputTokens, cacheReadTokens, outputTokens }: ModelReply['usage']): number {
  return inputTokens - cacheReadTokens + outputTokens
}
