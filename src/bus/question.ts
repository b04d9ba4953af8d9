/** A question to a person about one exact call, as it is shown in the chat that it came from. */
export interface Question {
  /** Behind /approve and /deny, where there is no button. */
  readonly code: string
  readonly chat: string
  /** The only one who may answer. */
  readonly personId: string
  readonly personName: string
  /** The action in plain words, whole: what is shown is what runs. */
  readonly action: string
  /** The call as it will run; absent where `action` is just that. */
  readonly call?: string
  /** Why a human is needed. */
  readonly reason: string
  /** Wall clock ms; silence until then means no. */
  readonly untilMs: number
  /** Whether "always" may be answered. */
  readonly offersAlways: boolean
}

export type Answer = 'yes' | 'always' | 'no'

/** An open question in the hands of the channel that shows it. It ends once, wherever that is. */
export interface Asking {
  /** What the person answered. False when the question had ended before: then this counts for nothing. */
  readonly answer: (answer: Answer) => boolean
  /** Nobody can be asked here, or no longer; `why` ends a sentence. */
  readonly unavailable: (why: string) => void
  /** Resolves when the question has ended, with the words for it. */
  readonly ended: Promise<string>
}
