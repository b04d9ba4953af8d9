import type { Clock } from '../clock.ts'
import { isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { modelFailure } from '../model/failure.ts'
import { frameCode } from '../model/frames.ts'
import type { Message, Model, ModelReply, ModelRequest, ToolCall } from '../model/model.ts'
import type { CallOrigin, Registry, ToolOutcome } from '../tools/registry.ts'
import { type Gauge, requestBytes } from './gauge.ts'
import { marked, marksOf, type Words } from './marks.ts'
import { callModel } from './model-call.ts'
import { Repetition } from './repetition.ts'
import { repair } from './repair.ts'
import type { StoredTurn } from './stored-turn.ts'
import { ToolCalls } from './tool-calls.ts'
import { fitRequest, leftOutNote } from './window.ts'
import { standsIn } from './word-for-word.ts'

/** What a person ordered in words that mean one thing alone; each order is good for one call. */
export interface Orders {
  take(tool: string, args: Readonly<Record<string, unknown>>): boolean
}

/** How a turn ended. In every case `text` goes to the person and `messages` into the session log. */
export interface TurnResult {
  readonly text: string
  readonly failed: boolean
  readonly messages: readonly Message[]
}

export interface TurnOptions {
  readonly model: Model
  readonly registry: Registry
  readonly clock: Clock
  readonly iterationsMax: number
  readonly system: string
  /** Earlier turns, oldest first. */
  readonly history: readonly StoredTurn[]
  /** Stands for the turns before those. */
  readonly summary: string | undefined
  /** There were turns before or among those that neither the summary nor the memory holds. */
  readonly earlierLeftOut: boolean
  readonly gauge: Gauge
  /** What the person wrote. */
  readonly words: readonly Words[]
  /** Clock and readings of this moment, put behind the newest words of the person. */
  readonly context: () => string
  /** Messages that have arrived since the last call of this: they join the next model call. */
  readonly join: () => readonly Words[]
  /** The orders in one message of the person. */
  readonly ordersIn: (text: string) => Promise<Orders>
  readonly origin: CallOrigin
  /** One quiet line for each tool call, before and after. */
  readonly onTool: (line: string, finished: ToolOutcome | undefined) => void
  /** What the call of this line is at. */
  readonly onProgress: (line: string, progress: string) => void
}

const atTheCap =
  'The limit of tool calls for this turn is reached. Without further tools, say in a few words what was done and what is left.'

/**
 * One turn: the model and the tools in turns until the model answers in words, says the same call three times over,
 * or reaches the cap, where one last call without tools reports what was done and what is left.
 * Never rejects, except with `stopped` when the signal of the origin aborts.
 */
export class Turn {
  readonly #options: TurnOptions
  readonly #messages: Message[] = []
  readonly #repetition = new Repetition()
  readonly #calls: ToolCalls
  /** Whence the text from outside came that was in the last request: in what the model sees. */
  #inView: string | undefined
  /** Those of the newest message that is an owner's own. */
  #orders: (() => Promise<Orders>) | undefined
  readonly #frame = frameCode()

  constructor(options: TurnOptions) {
    this.#options = options
    this.#calls = new ToolCalls(options)
  }

  /** `sentence`, then what was changed before it: nobody should have to look for that. */
  withChanges(sentence: string): string {
    return this.#calls.withChanges(sentence)
  }

  hasChanged(): boolean {
    return this.#calls.hasChanged()
  }

  async run(): Promise<TurnResult> {
    this.#listen(this.#options.words)
    try {
      for (let iteration = 0; iteration < this.#options.iterationsMax; iteration++) {
        this.#listen(this.#options.join())
        const reply = await this.#ask(true)
        const { text, toolCalls } = reply
        this.#messages.push(marked({ role: 'assistant', text, toolCalls }, this.#inView))
        if (reply.toolCalls.length === 0) return this.#answer(reply.text)
        const outcomes = await this.#runCalls(reply.toolCalls)
        const refusal = this.#calls.refusal()
        if (refusal !== undefined) return this.end(this.withChanges(refusal))
        const repeated = this.#repetition.note(reply.toolCalls, outcomes)
        if (repeated !== undefined) return this.end(repeated)
      }
      return await this.#close()
    } catch (error) {
      if (!isPincerError(error) || error.code !== 'model') throw error
      return this.end(this.withChanges(error.message))
    }
  }

  #listen(words: readonly Words[]): void {
    for (const { text, foreign } of words) {
      this.#messages.push(marked({ role: 'user', text }, foreign))
      if (foreign === undefined) this.#orders = once(() => this.#options.ordersIn(text))
    }
  }

  /** A request that the model finds too long is cut to half of itself, once: its window is not what we were told. */
  async #ask(withTools: boolean): Promise<ModelReply> {
    const { model, gauge, clock, origin } = this.#options
    const call = { clock, signal: origin.signal, timeoutMs: limits.modelCallTimeoutMs }
    const request = this.#request(withTools)
    try {
      const reply = await callModel(model, request, call)
      // Measured behind the call, which need not wait for that.
      gauge.noteUsage(model, () => requestBytes(request), reply.usage.inputTokens)
      return reply
    } catch (error) {
      if (modelFailure(error, model.id)?.cause !== 'too-long') throw error
      const bytes = requestBytes(request)
      gauge.noteRefusal(model, bytes)
      const shorter = this.#request(withTools)
      if (requestBytes(shorter) >= bytes) throw error
      return callModel(model, shorter, call)
    }
  }

  #request(withTools: boolean): ModelRequest {
    const { model, registry, system, origin, history, summary, earlierLeftOut, gauge } = this.#options
    const tools = withTools ? registry.specs(origin.person) : []
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
    const { channel, chat, person } = origin
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

  #contextText: string | undefined

  /** Taken once a turn: a clock that ticks between two calls of a turn would spoil the provider's cache. */
  #context(): string {
    this.#contextText ??= this.#options.context()
    return this.#contextText
  }

  /** Every call gets its answer, in the order of the calls. @throws `stopped` after that, when the turn was. */
  async #runCalls(calls: readonly ToolCall[]): Promise<readonly ToolOutcome[]> {
    const outcomes = await this.#calls.run(calls, {
      untrusted: this.#inView,
      takeOrder: async (tool, args) => (await this.#orders?.())?.take(tool, args) === true,
      ownerWrote: (words) => this.#ownerWrote(words),
    })
    calls.forEach((call, index) => {
      const { text = '', failed = true, foreign } = outcomes[index] ?? {}
      this.#messages.push(marked({ role: 'tool', callId: call.id, name: call.name, text, failed }, foreign))
    })
    if (this.#options.origin.signal.aborted) throw new PincerError('stopped', 'The turn was stopped.')
    return outcomes
  }

  /** In a message that the model sees: those of others are marked. */
  #ownerWrote(wanted: string): boolean {
    const seen = [...this.#options.history.flatMap(({ messages }) => messages), ...this.#messages]
    return seen.some(({ role, text, foreign }) => role === 'user' && foreign === undefined && standsIn(text, wanted))
  }

  async #close(): Promise<TurnResult> {
    const { iterationsMax } = this.#options
    try {
      const reply = await this.#ask(false)
      if (reply.text.trim() !== '') return this.end(reply.text)
    } catch (error) {
      if (!isPincerError(error) || error.code !== 'model') throw error
    }
    const { done: changes } = this.#calls
    const done = changes.length === 0 ? 'nothing was changed' : `done: ${changes.join('; ')}`
    return this.end(`I stopped after ${iterationsMax} rounds of tool calls; ${done}. Say "continue" to go on.`)
  }

  #answer(text: string): TurnResult {
    if (text.trim() === '') return this.end('The model ended its turn without an answer: ask again.')
    return { text, failed: false, messages: this.#messages }
  }

  /** Ends a turn that did not come to its end with a sentence, which may quote what was called and what came back. */
  end(text: string): TurnResult {
    const foreign = this.#inView ?? marksOf(this.#messages)
    this.#messages.push(marked({ role: 'assistant', text, toolCalls: [] }, foreign))
    return { text, failed: true, messages: this.#messages }
  }
}

function withoutOwnMark(message: Message): Message {
  if (message.role !== 'user') return message
  const { foreign: _, ...words } = message
  return words
}

/** Most turns take no order: reading the words for them is most of what a turn would do before the model is asked. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
