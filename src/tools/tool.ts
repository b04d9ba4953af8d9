import type * as v from 'valibot'
import type { Person } from '../bus/message.ts'

/** A tool's arguments: one valibot object gives the check and what the model is told: see toolSpec. */
export type ArgumentsSchema =
  v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined>

export interface ToolContext {
  readonly channel: string
  readonly chat: string
  readonly person: Person
  /** Aborts on /stop, shutdown and the tool's own time-out. */
  readonly signal: AbortSignal
  /** What a human allowed for exactly this call, word for word; set by the registry, never by a model. */
  readonly approved: string | undefined
  /** Whence text from outside came that the model saw when it wrote this call; what it wrote then is no clean text. */
  readonly untrusted: string | undefined
  /** A call of a job: its failures are counted, and told once. */
  readonly isPlanned: boolean
  /** Says that the result holds text from outside Pincer, and whence: the address of a page, the path of a file. */
  foreign(source: string): void
  /** Shows people what a long call is at: one short line, lost when nobody looks. Never waits. */
  progress(line: string): void
}

export interface HumanNeed {
  /** In plain words; `ToolContext.approved` has it word for word once it is allowed. */
  readonly action: string
  readonly reason: string
  /** Whether "always" may answer this: false where a human says yes each time. */
  readonly standing: boolean
}

export interface Tool<Schema extends ArgumentsSchema = ArgumentsSchema> {
  readonly name: string
  /** What the model is told; every byte is sent with every request: keep it short. */
  readonly description: string
  readonly arguments: Schema
  /** `change`: journalled before it runs and never run twice; one at a time. `read`: may run in parallel. */
  readonly access: 'read' | 'change'
  /** Whether this call reaches beyond ordinary workspace files (DESIGN "Two kinds of call"). */
  acts(args: v.InferOutput<Schema>): boolean
  /**
   * What of a reading call leaves this board, an address or a question: while marked text is in view the call acts too,
   * unless an owner wrote this word for word. A page could have chosen it to carry out what the chat knows.
   */
  actsUnlessOwnerWrote?(args: v.InferOutput<Schema>): string
  /** Whether `limits.actsPerHour` counts this call: it drives an output or runs a command. */
  counts?(args: v.InferOutput<Schema>): boolean
  readonly timeoutMs: number
  /**
   * The whole call as people read it, for who is to judge it: two calls that do not do the same never read alike. Undefined
   * where words cannot hold it; it is shown as it is called then.
   */
  inWords?(args: v.InferOutput<Schema>): string | undefined | Promise<string | undefined>
  /** The exact action a human must allow and why; `undefined` when none is needed. */
  needsHuman?(args: v.InferOutput<Schema>): HumanNeed | undefined | Promise<HumanNeed | undefined>
  /**
   * What an approval is bound to besides the arguments: hashes of the files that a command names. It is taken when a
   * person is asked and again right before the run; when the two differ, the call is refused. Rejects with a
   * PincerError when it cannot be known; then nobody is asked.
   */
  binding?(args: v.InferOutput<Schema>): Promise<string>
  /** Answers the text for the model. Expected failures are PincerError: their sentence goes to the model. */
  run(args: v.InferOutput<Schema>, context: ToolContext): Promise<string>
}

/** Keeps the argument types of one tool tied to its schema. */
export function defineTool<Schema extends ArgumentsSchema>(tool: Tool<Schema>): Tool {
  return tool
}
