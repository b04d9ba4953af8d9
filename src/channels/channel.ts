import type { Acceptance, Activity, Inbound, Outbound } from '../bus/message.ts'

/** What a channel may do with the rest of Pincer: hand over messages. Resolves once the message is on disk. */
export interface Intake {
  accept(message: Inbound): Promise<Acceptance>
}

export type Delivery =
  | { readonly status: 'delivered' }
  | { readonly status: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly status: 'undeliverable'; readonly reason: string }

/** A yes/no question to a person about one exact action. */
export interface Question {
  readonly chat: string
  readonly personId: string
  /** The action word for word: what is shown is what runs. */
  readonly action: string
  /** Why a human is needed. */
  readonly reason: string
}

export type Answer = 'yes' | 'no' | { readonly unavailable: string }

/** A way in and out. Channels and the agent meet only on the bus. */
export interface Channel {
  readonly name: string
  start(intake: Intake): Promise<void>
  stop(): Promise<void>
  deliver(message: Outbound, signal: AbortSignal): Promise<Delivery>
  /** Asks the person; answers `unavailable` where nobody can be asked. */
  ask(question: Question, signal: AbortSignal): Promise<Answer>
  /** Progress inside a turn; must not throw or wait. */
  show(activity: Activity): void
}
