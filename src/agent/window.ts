import { limits } from '../limits.ts'
import type { Message, ToolSpec } from '../model/model.ts'
import type { StoredTurn } from './session.ts'

/**
 * Bytes of UTF-8, not characters: in Chinese a character is a token. Deliberately low for English (about 4), as an
 * overflow costs a refused request and a short history costs little.
 */
const bytesPerToken = 3

/** For the last message of a request whose history lacks turns: a model that does not know of them invents them. */
export const leftOutNote =
  '[Earlier turns of this chat are left out here: ask rather than guess what was said in them.]'

/**
 * The messages of as many whole earlier turns as fit into the model's window beside the present one, newest first to
 * be kept. `leftOut` says how many earlier turns do not fit.
 */
export function fitHistory(options: {
  readonly turns: readonly StoredTurn[]
  readonly system: string
  readonly tools: readonly ToolSpec[]
  readonly present: readonly Message[]
  readonly windowTokens: number
}): { readonly messages: readonly Message[]; readonly leftOut: number } {
  const fixedBytes = Buffer.byteLength(options.system) + bytesOf(options.tools) + bytesOf(options.present)
  let roomBytes = (options.windowTokens - limits.replyTokensReserved) * bytesPerToken - fixedBytes
  let first = options.turns.length
  while (first > 0) {
    const turn = options.turns[first - 1]
    const bytes = bytesOf(turn?.messages ?? [])
    if (bytes > roomBytes) break
    roomBytes -= bytes
    first--
  }
  return { messages: options.turns.slice(first).flatMap((turn) => turn.messages), leftOut: first }
}

function bytesOf(value: readonly unknown[]): number {
  return Buffer.byteLength(JSON.stringify(value))
}
