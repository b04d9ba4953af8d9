import type { Clock } from '../clock.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { modelFailure } from '../model/failure.ts'
import type { Message, Model, ModelReply, ModelRequest, ToolCall } from '../model/model.ts'
import type { CallOrigin, Registry, ToolOutcome } from '../tools/registry.ts'
import { type Gauge, requestBytes } from './gauge.ts'
import { callModel } from './model-call.ts'
import { Repetition } from './repetition.ts'
import { repair } from './repair.ts'
import type { StoredTurn } from './transcript.ts'
import { fitRequest, leftOutNote } from './window.ts'

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
  readonly texts: readonly string[]
  /** Clock and readings of this moment, put behind the newest words of the person. */
  readonly context: () => string
  /** Messages that have arrived since the last call of this: they join the next model call. */
  readonly join: () => readonly string[]
  readonly origin: CallOrigin
  /** One quiet line for each tool call, before and after. */
  readonly onTool: (line: string, finished: ToolOutcome | undefined) => void
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
  /** Changing calls that came back well, in words. */
  readonly #done: string[] = []
  /** Changing calls that /stop met in the middle: what they did is not known. */
  readonly #unsure: string[] = []

  constructor(options: TurnOptions) {
    this.#options = options
  }

  /** What this turn has said and done so far, for the session log of a turn that did not come to its end. */
  messages(): readonly Message[] {
    return this.#messages
  }

  /** `sentence`, then what was changed before it: nobody should have to look for that. */
  withChanges(sentence: string): string {
    const parts = [sentence]
    if (this.#done.length > 0) parts.push(`Done before that: ${this.#done.join('; ')}.`)
    if (this.#unsure.length > 0) parts.push(`Started, and perhaps done: ${this.#unsure.join('; ')}.`)
    return parts.join(' ')
  }

  /** False as long as no changing call came back well, and none was met in the middle by /stop. */
  hasChanged(): boolean {
    return this.#done.length + this.#unsure.length > 0
  }

  async run(): Promise<TurnResult> {
    this.#listen(this.#options.texts)
    try {
      for (let iteration = 0; iteration < this.#options.iterationsMax; iteration++) {
        this.#listen(this.#options.join())
        const reply = await this.#ask(true)
        this.#messages.push({ role: 'assistant', text: reply.text, toolCalls: reply.toolCalls })
        if (reply.toolCalls.length === 0) return this.#end(reply.text)
        const outcomes = await this.#runCalls(reply.toolCalls)
        const repeated = this.#repetition.note(reply.toolCalls, outcomes)
        if (repeated !== undefined) return this.#sayAndEnd(repeated)
      }
      return await this.#close()
    } catch (error) {
      if (!isPincerError(error) || error.code !== 'model') throw error
      return this.#sayAndEnd(this.withChanges(error.message))
    }
  }

  #listen(texts: readonly string[]): void {
    for (const text of texts) this.#messages.push({ role: 'user', text })
  }

  /** A request that the model finds too long is cut to half of itself, once: its window is not what we were told. */
  async #ask(withTools: boolean): Promise<ModelReply> {
    const { model, gauge, clock, origin } = this.#options
    const call = { clock, signal: origin.signal, timeoutMs: limits.modelCallTimeoutMs }
    const request = this.#request(withTools)
    const bytes = requestBytes(request)
    try {
      const reply = await callModel(model, request, call)
      gauge.noteUsage(model, bytes, reply.usage.inputTokens)
      return reply
    } catch (error) {
      if (modelFailure(error, model.id)?.cause !== 'too-long') throw error
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
    const { channel, chat } = origin
    return { system, tools, messages: repair([...earlier, ...noted]), chat: { channel, chat } }
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

  /** Runs the calls of one reply: neighbouring read-only ones together, all others alone and in order. */
  async #runCalls(calls: readonly ToolCall[]): Promise<ToolOutcome[]> {
    const outcomes: ToolOutcome[] = []
    const taken = calls.slice(0, limits.turnCallsPerReplyMax)
    const { signal } = this.#options.origin
    while (outcomes.length < taken.length && !signal.aborted) {
      const group = this.#groupAt(taken, outcomes.length)
      outcomes.push(...(await Promise.all(group.map((call) => this.#runCall(call)))))
    }
    const whyNot = signal.aborted
      ? 'Not run: the turn was stopped.'
      : `Not run: at most ${limits.turnCallsPerReplyMax} calls at once. Send it again.`
    calls.forEach((call, index) => {
      const { text, failed } = (outcomes[index] ??= { text: whyNot, failed: true })
      this.#messages.push({ role: 'tool', callId: call.id, name: call.name, text, failed })
    })
    if (signal.aborted) throw new PincerError('stopped', 'The turn was stopped.')
    return outcomes
  }

  #groupAt(calls: readonly ToolCall[], start: number): readonly ToolCall[] {
    let end = start
    while (end < calls.length && this.#options.registry.isReadOnly(calls[end]?.name ?? '')) end++
    return calls.slice(start, Math.max(end, start + 1))
  }

  async #runCall(call: ToolCall): Promise<ToolOutcome> {
    const { registry, origin, onTool } = this.#options
    const line = toolLine(call)
    onTool(line, undefined)
    let changeStarted = false
    const outcome = await registry.run(call, {
      ...origin,
      async beforeChange(what) {
        const ended = await origin.beforeChange(what)
        changeStarted = true
        return ended
      },
    })
    onTool(line, outcome)
    if (changeStarted && !outcome.failed) this.#done.push(line)
    if (changeStarted && outcome.failed && origin.signal.aborted) this.#unsure.push(line)
    return outcome
  }

  async #close(): Promise<TurnResult> {
    const { iterationsMax } = this.#options
    try {
      const reply = await this.#ask(false)
      if (reply.text.trim() !== '') return this.#sayAndEnd(reply.text)
    } catch (error) {
      if (!isPincerError(error) || error.code !== 'model') throw error
    }
    const done = this.#done.length === 0 ? 'nothing was changed' : `done: ${this.#done.join('; ')}`
    return this.#sayAndEnd(`I stopped after ${iterationsMax} rounds of tool calls; ${done}. Say "continue" to go on.`)
  }

  #end(text: string): TurnResult {
    if (text.trim() === '') return this.#sayAndEnd('The model ended its turn without an answer: ask again.')
    return { text, failed: false, messages: this.#messages }
  }

  #sayAndEnd(text: string): TurnResult {
    this.#messages.push({ role: 'assistant', text, toolCalls: [] })
    return { text, failed: true, messages: this.#messages }
  }
}

/** A call in one quiet line: `device_set lamp on`. */
function toolLine(call: ToolCall): string {
  let values: string
  try {
    values = Object.values(JSON.parse(call.arguments) as object)
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .join(' ')
  } catch (error) {
    values = sentenceOf(error)
  }
  const line = `${call.name} ${values}`.replaceAll(/\s+/g, ' ').trim()
  return line.length > limits.toolLineCharsMax ? `${line.slice(0, limits.toolLineCharsMax - 1)}…` : line
}
