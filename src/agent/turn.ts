import type { Clock } from '../clock.ts'
import { isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { modelFailure } from '../model/failure.ts'
import type { Message, Model, ModelReply, ToolCall } from '../model/model.ts'
import type { CallOrigin, Registry, ToolOutcome } from '../tools/registry.ts'
import { requestBytes } from './gauge.ts'
import { marked, marksOf, type Words } from './marks.ts'
import { callModel } from './model-call.ts'
import { Repetition } from './repetition.ts'
import { ToolCalls } from './tool-calls.ts'
import type { TurnRequests } from './turn-requests.ts'

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
  /** They have heard already what the person wrote. */
  readonly requests: TurnRequests
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

/**
 * One turn: the model and the tools in turns until the model answers in words, says the same call three times over,
 * or reaches the cap, where one last call without tools reports what was done and what is left.
 * Never rejects, except with `stopped` when the signal of the origin aborts.
 */
export class Turn {
  readonly #options: TurnOptions
  readonly #requests: TurnRequests
  readonly #repetition = new Repetition()
  readonly #calls: ToolCalls
  /** Those of the newest message that is an owner's own, once they were asked for: most turns take no order. */
  #orders: { readonly message: Message; readonly made: Promise<Orders> } | undefined

  constructor(options: TurnOptions) {
    this.#options = options
    this.#requests = options.requests
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
    try {
      for (let iteration = 0; iteration < this.#options.iterationsMax; iteration++) {
        for (const words of this.#options.join()) this.#requests.listen(words)
        const reply = await this.#ask(true)
        const { text, toolCalls } = reply
        this.#requests.add(marked({ role: 'assistant', text, toolCalls }, this.#requests.inView))
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

  /** A request that the model finds too long is cut to half of itself, once: its window is not what we were told. */
  async #ask(withTools: boolean): Promise<ModelReply> {
    const { model, requests, clock, origin } = this.#options
    const call = { clock, signal: origin.signal, timeoutMs: limits.modelCallTimeoutMs }
    const request = requests.next(withTools)
    try {
      const reply = await callModel(model, request, call)
      requests.wasCounted(request, reply.usage.inputTokens)
      return reply
    } catch (error) {
      if (modelFailure(error, model.id)?.cause !== 'too-long') throw error
      requests.wasTooLong(request)
      const shorter = requests.next(withTools)
      if (requestBytes(shorter) >= requestBytes(request)) throw error
      return callModel(model, shorter, call)
    }
  }

  /** Every call gets its answer, in the order of the calls. @throws `stopped` after that, when the turn was. */
  async #runCalls(calls: readonly ToolCall[]): Promise<readonly ToolOutcome[]> {
    const outcomes = await this.#calls.run(calls, {
      untrusted: this.#requests.inView,
      takeOrder: (tool, args) => this.#takeOrder(tool, args),
      ownerWrote: (words) => this.#requests.ownerWrote(words),
    })
    calls.forEach((call, index) => {
      const { text = '', failed = true, foreign } = outcomes[index] ?? {}
      this.#requests.add(marked({ role: 'tool', callId: call.id, name: call.name, text, failed }, foreign))
    })
    if (this.#options.origin.signal.aborted) throw new PincerError('stopped', 'The turn was stopped.')
    return outcomes
  }

  async #takeOrder(tool: string, args: Readonly<Record<string, unknown>>): Promise<boolean> {
    const message = this.#requests.newestOwnWords()
    if (message === undefined) return false
    if (this.#orders?.message !== message) this.#orders = { message, made: this.#options.ordersIn(message.text) }
    return (await this.#orders.made).take(tool, args)
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
    return { text, failed: false, messages: this.#requests.messages }
  }

  /** Ends a turn that did not come to its end with a sentence, which may quote what was called and what came back. */
  end(text: string): TurnResult {
    const foreign = this.#requests.inView ?? marksOf(this.#requests.messages)
    this.#requests.add(marked({ role: 'assistant', text, toolCalls: [] }, foreign))
    return { text, failed: true, messages: this.#requests.messages }
  }
}
