import type { Person } from '../bus/message.ts'

/** One exact action that only a human may allow. What `action` says is what runs. */
export interface ApprovalRequest {
  readonly channel: string
  readonly chat: string
  readonly person: Person
  readonly action: string
  readonly reason: string
}

export type ApprovalAnswer = 'yes' | 'no' | { readonly unavailable: string }

/** Asks the person behind a chat. The answer is the human's, never an argument of a model. */
export interface Approver {
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer>
}
