import type { Inbound } from '../../src/bus/message.ts'

/** What the daemon's preloaded modules say on its third file descriptor. */
export type Heard =
  | { readonly event: 'operation'; readonly name: string }
  | { readonly event: 'appended'; readonly text: string }
  | { readonly event: 'driven'; readonly line: string; readonly level: number }

/** A message that was written. */
export interface Known {
  readonly inbound: Inbound
  /** Stands in every answer to it, and in no other: a token, or the name of a device. */
  readonly token: string
}

/** What happens between one start of the daemon and its end. */
export interface Life {
  /** It kills itself at this operation on the disk, in this way. `only`: of those with this name. */
  readonly killAt?: { readonly operation: number; readonly how: 'before' | 'middle'; readonly only?: string }
  /** What was not synced is lost with it. */
  readonly cutPower?: boolean
  /** It is killed when so many things were seen of it: calls, requests, changes, operations on the disk. */
  readonly killAfterEvents?: number
  /**
   * Plans of messages that wait at Telegram when it starts; `set` is a command. One is written only where the chat waits
   * for no answer.
   */
  readonly first?: readonly Said[]
  /** Those that are sent when the model is first asked: they meet a running turn. */
  readonly later?: readonly Said[]
}

export type Said = readonly [chat: number, plan: string]
