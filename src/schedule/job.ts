import type { Person } from '../bus/message.ts'

/** When a job runs. All that a person or a model wrote is resolved when it is made: nothing here needs a "now". */
export type JobTime =
  /** Once, `delayMs` after it was made, by the monotonic clock: minutes pass though the wall clock jumps. */
  | { readonly kind: 'in'; readonly delayMs: number }
  /** Once, at this wall clock ms since 1970. */
  | { readonly kind: 'at'; readonly atMs: number }
  /** Each `everyMs` by the monotonic clock, counted from when it was made, over restarts too. */
  | { readonly kind: 'every'; readonly everyMs: number }
  /** Five or six fields (with seconds first) in an IANA time zone. */
  | { readonly kind: 'cron'; readonly expression: string; readonly zone: string }
  | { readonly kind: 'when'; readonly when: Condition }

/** What a trigger waits for. It fires when this becomes true, not while it stays so. */
export type Condition =
  /** A contact or button: `rising` is its line's, after debounce, as the kernel tells it. */
  | { readonly kind: 'edge'; readonly device: string; readonly edge: 'rising' | 'falling' | 'both' }
  /** A contact, button or output has this state, for `forMs` without a break. */
  | { readonly kind: 'is'; readonly device: string; readonly state: string; readonly forMs: number }
  /** A reading is beyond `value` for `forMs`; it must come back by `hysteresis` before it can fire again. */
  | {
      readonly kind: 'above' | 'below'
      readonly device: string
      /** One of the device's quantities. */
      readonly quantity: string
      readonly value: number
      readonly hysteresis: number
      readonly forMs: number
    }
  /** There was no good reading for `afterMs`. */
  | { readonly kind: 'stale'; readonly device: string; readonly afterMs: number }
  /** The daemon has started. */
  | { readonly kind: 'start' }
  /** `pincer trigger NAME` was called on the host. */
  | { readonly kind: 'trigger'; readonly name: string }

export interface JobCall {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
}

export type JobAction =
  /** Posts this text word for word. */
  | { readonly kind: 'say'; readonly text: string }
  /** Runs these tool calls one after the other, with no model; the first that fails ends the run. */
  | { readonly kind: 'do'; readonly calls: readonly JobCall[] }
  /** Gives the model this task in a session of its own that knows nothing of the chat. */
  | { readonly kind: 'ask'; readonly task: string }

/** Who made a job, and where: there it speaks, and with this person's rights, as they stand when it runs, it acts. */
export interface JobMaker {
  readonly channel: string
  readonly chat: string
  readonly person: Pick<Person, 'id' | 'name'>
}

export interface Job {
  /** Short, never used again in this home, for example `3`. */
  readonly id: string
  readonly name?: string
  readonly time: JobTime
  readonly action: JobAction
  /** What becomes of a slot that passed while nothing could run: nothing, or one run within a window of grace. */
  readonly missed: 'skip' | 'once'
  /** Says nothing when all went well: `do` reports only failures, `ask` only what is worth it. */
  readonly quiet: boolean
  readonly maker: JobMaker
  readonly madeAtMs: number
  /** Whence text from outside came that was in view when it was made; its `ask` is read as such text. */
  readonly foreign?: string
  /** For each call of `do`, the sentence that a person allowed with the job, word for word; absent where none was needed. */
  readonly approved?: readonly (string | undefined)[]
  /** Not set: it runs. */
  readonly paused?: { readonly atMs: number; readonly why: string }
}

/**
 * One run of a job. A slot is what makes a run itself: the wall clock ms that were scheduled, for `in` and `every` the
 * count of the interval, for triggers the count of the firing. No slot runs twice.
 */
export type RunOutcome =
  | { readonly kind: 'done'; readonly said?: string }
  | { readonly kind: 'failed'; readonly why: string }
  /** The process ended in the middle of it. */
  | { readonly kind: 'interrupted' }
  /** By rule: too late, still running, latched, too often. */
  | { readonly kind: 'skipped'; readonly why: string }
