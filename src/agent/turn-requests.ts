import { frameCode } from '../model/frames.ts'
import type { Message, Model, ModelRequest, ToolSpec } from '../model/model.ts'
import type { Asker } from './asker.ts'
import { type Gauge, requestBytes } from './gauge.ts'
import { marked, marksOf, type Words } from './marks.ts'
import { repair } from './repair.ts'
import type { StoredTurn } from './stored-turn.ts'
import { fitRequest, leftOutNote } from './window.ts'
import { standsIn } from './word-for-word.ts'

export interface TurnRequestsOptions {
  readonly model: Pick<Model, 'id' | 'windowTokens' | 'prepare'>
  /** What is offered to this person at this moment. */
  readonly tools: () => readonly ToolSpec[]
  readonly asker: Asker
  readonly system: string
  /** Earlier turns, oldest first. */
  readonly history: readonly StoredTurn[]
  /** Stands for the turns before those. */
  readonly summary: string | undefined
  /** There were turns before or among those that neither the summary nor the memory holds. */
  readonly earlierLeftOut: boolean
  readonly gauge: Gauge
  /** Clock and readings of this moment, put behind the newest words of the person. */
  readonly context: () => string
}

const atTheCap =
  'The limit of tool calls for this turn is reached. Without further tools, say in a few words what was done and what is left.'

/** What one turn asks the model: all that was said in it so far, behind as much of the chat before it as fits. */
export class TurnRequests {
  readonly #options: TurnRequestsOptions
  readonly #messages: Message[] = []
  readonly #frame = frameCode()
  #inView: string | undefined
  #contextText: string | undefined
  #prepared: ModelRequest | undefined

  constructor(options: TurnRequestsOptions) {
    this.#options = options
  }

  /** What was said in this turn. */
  get messages(): readonly Message[] {
    return this.#messages
  }

  /** Whence the text from outside came that was in the last request: in what the model sees. */
  get inView(): string | undefined {
    return this.#inView
  }

  /** What the person wrote, also while the turn runs. */
  listen({ text, foreign }: Words): void {
    this.add(marked({ role: 'user', text }, foreign))
  }

  add(message: Message): void {
    this.#messages.push(message)
    this.#prepared = undefined
  }

  /** Makes the first request, which `next` answers if nothing is said until then. Nothing leaves by this. */
  prepare(): void {
    this.#prepared = this.#make(true)
    this.#options.model.prepare?.(this.#prepared)
  }

  /** What is to be sent now. */
  next(withTools: boolean): ModelRequest {
    const prepared = withTools ? this.#prepared : undefined
    this.#prepared = undefined
    return prepared ?? this.#make(withTools)
  }

  /** Measured only here, behind the call, which need not wait for that. */
  wasCounted(request: ModelRequest, inputTokens: number): void {
    const { model, gauge } = this.#options
    gauge.noteUsage(model, () => requestBytes(request), inputTokens)
  }

  /** Those to come are shorter. */
  wasTooLong(request: ModelRequest): void {
    const { model, gauge } = this.#options
    gauge.noteRefusal(model, requestBytes(request))
  }

  /** The newest message of this turn that is an owner's own. */
  newestOwnWords(): Message | undefined {
    return this.#messages.findLast(({ role, foreign }) => role === 'user' && foreign === undefined)
  }

  /** In a message that the model sees: those of others are marked. */
  ownerWrote(wanted: string): boolean {
    const seen = [...this.#options.history.flatMap(({ messages }) => messages), ...this.#messages]
    return seen.some(({ role, text, foreign }) => role === 'user' && foreign === undefined && standsIn(text, wanted))
  }

  #make(withTools: boolean): ModelRequest {
    const { model, asker, system, history, summary, earlierLeftOut, gauge } = this.#options
    const tools = withTools ? this.#options.tools() : []
    const { earlier, present, leftOut } = fitRequest({
      turns: history,
      summary,
      system,
      tools,
      // Counted with the note, so that there is room for it should turns have to be left out.
      present: this.#presentMessages(withTools, true),
      roomBytes: gauge.roomBytes(model),
    })
    const noted = earlierLeftOut || leftOut ? present : present.map((message) => this.#withoutNote(message))
    const { channel, chat, person } = asker
    this.#inView = marksOf([...earlier, ...noted])
    // A guest's own words are no order to act, and yet what is to be answered: no frame calls them data.
    const heard = person.role === 'guest' ? noted.map(withoutOwnMark) : noted
    const messages = repair([...earlier, ...heard])
    return { system, tools, messages, frame: this.#frame, chat: { channel, chat } }
  }

  /** The context stands behind the newest user message only, so that everything before it stays the same. */
  #presentMessages(withTools: boolean, leftOut: boolean): Message[] {
    const newest = this.#messages.findLastIndex((message) => message.role === 'user')
    const context = leftOut ? `${this.#context()}\n${leftOutNote}` : this.#context()
    const present = this.#messages.map((message, index) =>
      index === newest && message.role === 'user' ? { ...message, context } : message,
    )
    return withTools ? present : [...present, { role: 'user', text: atTheCap }]
  }

  #withoutNote(message: Message): Message {
    return message.role === 'user' && message.context !== undefined ? { ...message, context: this.#context() } : message
  }

  /** Taken once a turn: a clock that ticks between two calls of a turn would spoil the provider's cache. */
  #context(): string {
    this.#contextText ??= this.#options.context()
    return this.#contextText
  }
}

function withoutOwnMark(message: Message): Message {
  if (message.role !== 'user') return message
  const { foreign: _, ...words } = message
  return words
}
