import type { Acceptance, Activity, Inbound, Outbound } from '../bus/message.ts'
import type { Asking, Question } from '../bus/question.ts'

/** What a channel may do with the rest of Pincer: hand over messages. Resolves once the message is on disk. */
export interface Intake {
  accept(message: Inbound): Promise<Acceptance>
}

export type Delivery =
  | { readonly status: 'delivered' }
  | { readonly status: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly status: 'undeliverable'; readonly reason: string }

/** A command that a channel does itself, at its own end. */
export interface ChannelCommand {
  readonly usage: string
  readonly help: string
}

/** A way in and out. Channels and the agent meet only on the bus. */
export interface Channel {
  readonly name: string
  readonly commands?: readonly ChannelCommand[]
  start(intake: Intake): Promise<void>
  stop(): Promise<void>
  deliver(message: Outbound, signal: AbortSignal): Promise<Delivery>
  /** Shows the question to the person, and how it ended; must not throw or wait. */
  ask(question: Question, asking: Asking): void
  /** Progress inside a turn; must not throw or wait. */
  show(activity: Activity): void
}
