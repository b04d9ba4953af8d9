import { limits } from '../limits.ts'

/** How long a reply may be: what providers are told, and what a small window can spare. */
export function replyTokensMax(windowTokens: number): number {
  return Math.min(limits.modelReplyTokensMax, Math.floor(windowTokens / 8))
}
