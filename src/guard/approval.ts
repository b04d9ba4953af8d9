import type { Person } from '../bus/message.ts'
import type { Answer } from '../bus/question.ts'

/** One exact call that only a human may allow. What is shown is what runs. */
export interface ApprovalRequest {
  readonly channel: string
  readonly chat: string
  /** An owner, and the only one who may answer. */
  readonly person: Person
  /** In plain words. */
  readonly action: string
  /** The call as it will run; absent where `action` is just that. */
  readonly call?: string
  /** Why a human is needed. */
  readonly reason: string
  /** What "always" would keep; absent where every single time needs its own yes. */
  readonly subject?: StandingSubject
}

/** What a standing approval is for: one tool with exactly these arguments, and the files that they name as they are. */
export interface StandingSubject {
  readonly tool: string
  readonly argumentsHash: string
  /** Of `Tool.binding`; empty for tools that have none. */
  readonly binding: string
}

/** `silence`: nobody answered in time. `withdrawn`: what asked was stopped. Both mean no. */
export type ApprovalAnswer = 'yes' | 'no' | 'silence' | 'withdrawn' | { readonly unavailable: string }

/** Asks the person behind a chat. The answer is the human's, never an argument of a model. */
export interface Approver {
  /** Whether this person has said "always" to exactly this. */
  stands(where: { readonly channel: string; readonly person: Person }, subject: StandingSubject): Promise<boolean>
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer>
}

/** Who gives an answer in words, and where. */
export interface Answerer {
  readonly channel: string
  readonly chat: string
  readonly person: Person
}

/** What /approve and /deny reach; both answer what to say. */
export interface ApprovalDesk {
  /** The questions that are open in this chat, and what stands for this person. Rejects with `disk`. */
  list(by: Answerer): Promise<string>
  /** Ends the open question with this code; a `no` also revokes what stands. Rejects with `usage` or `disk`. */
  answer(by: Answerer, code: string, answer: Answer): Promise<string>
  /** What asked was stopped. Answers how many questions that ended. */
  withdraw(where: { readonly channel: string; readonly chat: string } | 'all'): Promise<number>
  /** Nothing stands any more for a person whose right was taken away. Rejects with `disk`. */
  forget(who: { readonly channel: string; readonly personId: string }): Promise<void>
}
