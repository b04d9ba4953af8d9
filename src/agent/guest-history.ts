import type { StoredTurn } from './stored-turn.ts'

/**
 * What a guest's turn is sent of a chat that owners share with them: what was said there, and no calls and results, in
 * which files, memory and pages stand that guests do not get.
 */
export function guestHistory(turns: readonly StoredTurn[]): readonly StoredTurn[] {
  return turns.map((turn) => ({
    ...turn,
    messages: turn.messages.filter(
      (message) => message.role === 'user' || (message.role === 'assistant' && message.toolCalls.length === 0),
    ),
  }))
}
