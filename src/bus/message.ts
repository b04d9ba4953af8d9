import { formatDuration } from '../duration.ts'

/** Who speaks. Ids are the channel's own numeric ids as strings; names are for display only. */
export interface Person {
  readonly id: string
  readonly name: string
  /** Owners act and approve; guests chat. */
  readonly role: 'owner' | 'guest'
}

export interface Inbound {
  /** Unique for ever within its channel, for example the update id: a message that comes twice is taken once. */
  readonly id: string
  /** The channel's name, for example `terminal`. */
  readonly channel: string
  /** The conversation within the channel. */
  readonly chat: string
  readonly person: Person
  readonly text: string
  /** Where `text` is not the person's own words: whose, for example `a forwarded message`. */
  readonly foreign?: string
  /** Wall clock ms of when the person sent it, by the channel's word. */
  readonly sentAtMs: number
  /**
   * How old it was when it was accepted, or when a later process took it up again. `null`: nobody knows, as the clock of
   * this board lags behind. The bus finds it out, but where a channel took the message from hand, and says 0.
   */
  readonly ageMs?: number | null
}

/** Behind "this message"; Infinity is an age that nobody knows. */
export function formatAge(ageMs: number): string {
  return ageMs === Infinity ? 'may be old: the clock of this board is not set' : `is ${formatDuration(ageMs)} old`
}

/**
 * `full`: not taken, tell the person in words. `duplicate`: taken before; acknowledge it again. `refused`: not taken, and
 * its sender is told elsewhere what there is to tell; acknowledge it.
 */
export type Acceptance = 'accepted' | 'full' | 'duplicate' | 'refused'

export interface Outbound {
  readonly id: string
  readonly channel: string
  readonly chat: string
  readonly text: string
  /** Ids of the inbound messages that this answers; empty for notices. */
  readonly answers: readonly string[]
  /** True when what was asked could not be done at all (the model failed, the turn was stopped or refused). */
  readonly failed: boolean
  /** Where the channel has buttons: what the person may say by a press. */
  readonly buttons?: readonly Button[]
}

/** A press of it arrives as `command`, from whoever pressed. */
export interface Button {
  readonly text: string
  readonly command: string
}

/** An outbound message that can never arrive. It is kept for a while, to be told of, and not sent again. */
export interface DeadLetter {
  /** The message's. */
  readonly id: string
  readonly channel: string
  readonly chat: string
  /** Its beginning. */
  readonly text: string
  /** Wall clock ms of when it was given up. */
  readonly atMs: number
  readonly why: string
}

/** What happens inside a turn, for progress lines. Never stored; may be lost. */
export type Activity =
  | { readonly kind: 'turn-started'; readonly channel: string; readonly chat: string }
  | { readonly kind: 'tool-started'; readonly channel: string; readonly chat: string; readonly line: string }
  | {
      readonly kind: 'tool-progress'
      readonly channel: string
      readonly chat: string
      readonly line: string
      /** What the call is at: its newest output. */
      readonly progress: string
    }
  | {
      readonly kind: 'tool-finished'
      readonly channel: string
      readonly chat: string
      readonly line: string
      readonly failed: boolean
    }
  | { readonly kind: 'turn-ended'; readonly channel: string; readonly chat: string }
