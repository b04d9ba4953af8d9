import { limits } from '../limits.ts'
import type { Message, ToolSpec } from '../model/model.ts'
import type { StoredTurn } from './session.ts'

/** Deliberately high for English (about 4): an overflow costs a refused request, a short history costs nothing. */
const charsPerToken = 3

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
  const fixed = options.system.length + JSON.stringify(options.tools).length + sizeOf(options.present)
  let roomChars = (options.windowTokens - limits.replyTokensReserved) * charsPerToken - fixed
  let first = options.turns.length
  while (first > 0) {
    const turn = options.turns[first - 1]
    const size = turn === undefined ? 0 : sizeOf(turn.messages)
    if (size > roomChars) break
    roomChars -= size
    first--
  }
  return { messages: options.turns.slice(first).flatMap((turn) => turn.messages), leftOut: first }
}

function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0)
}
