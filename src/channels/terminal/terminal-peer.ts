import { randomUUID } from 'node:crypto'
import type { Acceptance, Activity, Outbound } from '../../bus/message.ts'
import type { Answer, Question } from '../../bus/question.ts'
import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'

/**
 * Somebody at a terminal: the user interface of this process, or a client on the control socket. The terminal channel
 * calls these methods; none of them may throw.
 */
export interface TerminalPeer {
  /** True when a person sits there who can answer a question. */
  readonly interactive: boolean
  /** Resolves once the text is really written; rejects when this peer never will (it is detached then). */
  outbound(message: Outbound): Promise<void>
  activity(activity: Activity): void
  /** Asks; the answer comes through `TerminalLink.answer` with this id, once. */
  question(id: string, question: Question): void
  /** The question is over, and `words` say how; not called for a yes or no that this peer gave itself. */
  withdraw(id: string, words: string): void
  /** Nothing more will come over this link. `sentence` says why. */
  ended(sentence: string): void
}

/** What a peer may do. */
export interface TerminalLink {
  /**
   * Hands over one message; resolves once it is on disk. The peer chooses the id (`newMessageId`), so that it knows
   * its reply whichever comes first, and may say the same message again when the first try was `full` or cut off.
   * Rejects with `usage` for a text that cannot be taken, `disk` or `stopped`.
   */
  say(message: Said): Promise<Acceptance>
  /** Ignored unless exactly this question is open and this peer was asked. */
  answer(questionId: string, answer: Answer): void
  /** Leaves. Resolves when what this peer has written is known to the other side. */
  close(): Promise<void>
}

export interface Said {
  readonly id: string
  readonly text: string
}

/** Opens a link for a peer: to the channel of this process, or over the control socket. */
export type OpenLink = (peer: TerminalPeer) => Promise<TerminalLink>

export function newMessageId(): string {
  return randomUUID()
}

/** What is wrong with a text that a person wants to send; `undefined` when nothing is. */
export function messageFault(text: string): string | undefined {
  if (text.trim() === '') return 'The message is empty: write something.'
  if (text.length > limits.inboundTextCharsMax) {
    return `The message has ${text.length} characters, and at most ${limits.inboundTextCharsMax} are taken: put the text into a file of the workspace and name the file.`
  }
  return undefined
}

/** @throws PincerError `usage` for a message that may not pass. */
export function assertSayable(message: Said): void {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(message.id)) {
    throw new PincerError('usage', 'The message has no usable id: 1 to 64 letters, digits or hyphens are expected.')
  }
  const fault = messageFault(message.text)
  if (fault !== undefined) throw new PincerError('usage', fault)
}
