import type { Button, Inbound } from '../bus/message.ts'
import type { CallOrigin } from '../tools/registry.ts'

export interface CommandReply {
  readonly text: string
  /** The messages of this chat that the reply closes: the command itself, and what /stop dropped. */
  readonly answers: readonly Inbound[]
  readonly failed: boolean
  /** What the person may do next by one press, where the channel has buttons. */
  readonly buttons?: readonly Button[]
  /** What other chats are told of messages of theirs that /stop all dropped. */
  readonly notices: readonly CommandNotice[]
}

/** For the chat of these messages, which it closes. */
export interface CommandNotice {
  readonly text: string
  readonly answers: readonly [Inbound, ...Inbound[]]
}

/** What a person may write behind a slash. */
export interface Command {
  readonly usage: string
  readonly help: string
  /** What of it guests may give; without this it is for owners only. */
  readonly guests?: string
  /** Whether the audit keeps it, given these words: it changes what may act, or who may. */
  readonly recorded?: (words: string) => boolean
  run(words: string, message: Inbound, origin: CallOrigin): Promise<string | Partial<CommandReply>>
}

export function failure(text: string): Partial<CommandReply> {
  return { text, failed: true }
}
