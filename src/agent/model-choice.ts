import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Model, ModelReply, ModelRequest } from '../model/model.ts'
import { wrapModel } from '../model/wrapped-model.ts'
import { type Chat, ChosenModels } from './chosen-models.ts'

/** Models tried in order as one; `next` names the one that would be asked first now. */
export interface ChainedModels extends Model {
  readonly next: () => string
}

export interface ModelChoiceOptions {
  /** As configured, in their order; all but offline stand behind the budget. */
  readonly models: readonly Model[]
  /** Costs nothing, so every chat may choose it. */
  readonly offline: Model
  readonly chain: (models: readonly Model[]) => ChainedModels
  readonly budget: {
    isUsedUp(): boolean
    line(): string
    refusal(chat: Chat | undefined): string
    notice(chat: Chat | undefined): string | undefined
  }
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
}

interface Chained {
  readonly ids: readonly string[]
  readonly chain: ChainedModels
}

/** Who answers in a chat. */
export interface Line {
  readonly ids: readonly string[]
  readonly isChosen: boolean
  /** Undefined: nobody, the tokens of today are used up. */
  readonly now: string | undefined
}

/**
 * The model of all chats: each has the configured ones, or one of them that it chose with those behind it. When the
 * tokens of today are used up, offline answers where it is among them, else the person is told.
 */
export class ModelChoice implements Model {
  readonly id: string
  readonly #options: ModelChoiceOptions
  readonly #chosen: ChosenModels
  readonly #whole: Chained
  /** By the id that they begin with, in the order of the configuration. */
  readonly #chains: ReadonlyMap<string, Chained>

  private constructor(options: ModelChoiceOptions, chosen: ChosenModels) {
    const { offline, chain } = options
    const chained = (models: readonly Model[]): Chained => ({ ids: models.map(({ id }) => id), chain: chain(models) })
    const models = options.models.filter(({ id }, index, all) => all.findIndex((each) => each.id === id) === index)
    const chains = new Map(models.map(({ id }, index) => [id, chained(models.slice(index))]))
    if (!chains.has(offline.id)) chains.set(offline.id, chained([offline]))
    this.#options = options
    this.#chosen = chosen
    this.#chains = chains
    this.#whole = chains.get(models[0]?.id ?? offline.id) ?? chained(models)
    this.id = this.#whole.chain.id
  }

  static async open(options: ModelChoiceOptions): Promise<ModelChoice> {
    return new ModelChoice(options, await ChosenModels.open(options))
  }

  get windowTokens(): number {
    return this.#whole.chain.windowTokens
  }

  prepare(request: ModelRequest): void {
    this.#chainOf(request.chat).chain.prepare?.(request)
  }

  async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    const { budget, offline } = this.#options
    const { chat } = request
    const { ids, chain } = this.#chainOf(chat)
    if (ids[0] === offline.id || !budget.isUsedUp()) return chain.complete(request, signal)
    if (!ids.includes(offline.id)) throw new PincerError('model', budget.refusal(chat))
    const reply = await offline.complete(request, signal)
    // Where it only calls tools, the words come with a later reply.
    if (reply.toolCalls.length > 0) return reply
    const notice = budget.notice(chat)
    return notice === undefined ? reply : { ...reply, text: `${reply.text}\n\n${notice}` }
  }

  /** The configured ones but offline, for what a grammar cannot do, whatever the chats chose. */
  withoutOffline(): Model {
    const { models, offline, budget, chain } = this.#options
    const whole = chain(models.filter(({ id }) => id !== offline.id))
    return wrapModel(whole, async (request, signal) => {
      if (budget.isUsedUp()) throw new PincerError('model', budget.refusal(request.chat))
      return whole.complete(request, signal)
    })
  }

  asked(where: Chat): string | undefined {
    return this.line(where).now
  }

  /** What a chat may choose. */
  names(): readonly string[] {
    return [...this.#chains.keys()]
  }

  line(where: Chat): Line {
    const { budget, offline } = this.#options
    const { ids, chain } = this.#chainOf(where)
    const isChosen = this.#ownOf(where) !== undefined
    if (ids[0] === offline.id || !budget.isUsedUp()) return { ids, isChosen, now: chain.next() }
    return { ids, isChosen, now: ids.find((id) => id === offline.id) }
  }

  /** What was used today, for people. Undefined where no configured model costs any. */
  tokensLine(): string | undefined {
    const { models, offline, budget } = this.#options
    return models.every(({ id }) => id === offline.id) ? undefined : budget.line()
  }

  /** `name` is one of `names()`; undefined goes back to the configured models. Fails with PincerError `disk`. */
  async choose(where: Chat, name: string | undefined): Promise<void> {
    await this.#chosen.set(where, name)
  }

  #chainOf(where: Chat | undefined): Chained {
    return (where === undefined ? undefined : this.#ownOf(where)) ?? this.#whole
  }

  /** What was chosen and is configured no more counts no more. */
  #ownOf(where: Chat): Chained | undefined {
    return this.#chains.get(this.#chosen.get(where) ?? '')
  }
}
