import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { localDay, nextLocalDayMs } from '../local-time.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'
import { ProviderError } from './provider-error.ts'
import { TokenFile, type TokenFileOptions } from './token-file.ts'
import { wrapModel } from './wrapped-model.ts'

/** A clock outside of this was never set: what day it is cannot be told. */
const earliestWallMs = Date.parse('2025-01-01T00:00:00Z')
const latestWallMs = Date.parse('9999-01-01T00:00:00Z')

export interface TokenBudgetOptions extends TokenFileOptions {
  /** `limits.tokensPerDay` of the configuration: of all providers together. */
  readonly tokensPerDay: number
  /** The zone of the process, for people. */
  readonly timezone: string
}

export interface TokensToday {
  readonly limit: number
  readonly total: number
  /** Those that were asked today. */
  readonly byProvider: ReadonlyMap<string, number>
}

type Chat = NonNullable<ModelRequest['chat']>

/**
 * What the models have cost today, kept over restarts. Calls that run when the limit is reached still end: so much may
 * be used beyond it.
 */
export class TokenBudget {
  readonly #clock: Clock
  readonly #file: TokenFile
  readonly #tokensPerDay: number
  readonly #timezone: string
  #day: string | undefined
  #tokens = new Map<string, number>()
  #told: readonly string[] = []

  private constructor(options: TokenBudgetOptions, file: TokenFile) {
    this.#clock = options.clock
    this.#file = file
    this.#tokensPerDay = options.tokensPerDay
    this.#timezone = options.timezone
  }

  static async open(options: TokenBudgetOptions): Promise<TokenBudget> {
    const file = new TokenFile(options)
    const read = await file.load()
    const budget = new TokenBudget(options, file)
    if (read === 'damaged') {
      // Were it taken for nothing, a restart would open what was closed. Written at once, for the same reason.
      budget.#turnDay()
      budget.#tokens = new Map([['unknown, the count was damaged:', options.tokensPerDay]])
      budget.#save()
      file.saveNow()
      return budget
    }
    budget.#day = read.day
    budget.#tokens = new Map(read.tokens)
    budget.#told = read.told
    return budget
  }

  today(): TokensToday {
    this.#turnDay()
    const total = [...this.#tokens.values()].reduce((sum, tokens) => sum + tokens, 0)
    return { limit: this.#tokensPerDay, total, byProvider: new Map(this.#tokens) }
  }

  /** For people: `Tokens today: 12,345 of 500,000 (anthropic 12,000, openai 345).` */
  line(): string {
    const { total, limit, byProvider } = this.today()
    const parts = [...byProvider].map(([provider, tokens]) => `${provider} ${formatCount(tokens)}`)
    const providers = parts.length === 0 ? '' : ` (${parts.join(', ')})`
    return `Tokens today: ${formatCount(total)} of ${formatCount(limit)}${providers}.`
  }

  isUsedUp(): boolean {
    const { total, limit } = this.today()
    return total >= limit
  }

  add(provider: string, tokens: number): void {
    const wasUsedUp = this.isUsedUp()
    this.#tokens.set(provider, (this.#tokens.get(provider) ?? 0) + tokens)
    this.#save()
    // A restart must not open what was closed.
    if (!wasUsedUp && this.isUsedUp()) this.#file.saveNow()
  }

  /** Why no model is asked: in full the first time in a chat on a day. */
  refusal(chat: Chat | undefined): string {
    return this.notice(chat) ?? `The tokens of today are used up. They begin anew ${this.#when()}.`
  }

  /** What a chat is told once a day, undefined when it was. */
  notice(chat: Chat | undefined): string | undefined {
    if (chat === undefined) return undefined
    const { total, limit } = this.today()
    const key = JSON.stringify([chat.channel, chat.chat])
    if (this.#told.includes(key)) return undefined
    this.#told = [...this.#told, key].slice(-limits.tokenNoticesMax)
    this.#save()
    return (
      `The tokens of today are used up: ${formatCount(total)} of ${formatCount(limit)} (limits.tokensPerDay in pincer.yaml). ` +
      `They begin anew ${this.#when()}. Until then commands go on (/help), and an owner can choose the model that costs nothing: /model offline.`
    )
  }

  /** Writes what is not on the disk yet. */
  async close(): Promise<void> {
    await this.#file.close()
  }

  #save(): void {
    this.#file.save({ day: this.#day, tokens: new Map(this.#tokens), told: this.#told })
  }

  #when(): string {
    const nowMs = this.#clock.nowMs()
    if (!isReadable(nowMs)) return 'on the next day, once this board knows the date'
    // Of a day that the clock has not reached yet, see #turnDay, the end is later than of the one that it says.
    const endMs = this.#day === undefined ? nowMs : Math.max(nowMs, Date.parse(`${this.#day}T00:00:00`))
    const waitMs = Math.max(60_000, nextLocalDayMs(endMs) - nowMs)
    return `at midnight (${this.#timezone}), in ${formatDuration(waitMs)}`
  }

  /**
   * Only a later day begins anew. A clock that is not set, or that lags as after a power cut, does not: else each start
   * before the network gives the time would. One that lags by more than a week is right now and was wrong before.
   */
  #turnDay(): void {
    const nowMs = this.#clock.nowMs()
    if (!isReadable(nowMs)) return
    const day = localDay(nowMs)
    if (
      this.#day !== undefined &&
      day < this.#day &&
      Date.parse(this.#day) - Date.parse(day) <= limits.tokenClockLagMaxMs
    )
      return
    if (this.#day !== undefined && day > this.#day) {
      this.#tokens = new Map()
      this.#told = []
    }
    this.#day = day
  }
}

/** The model of one provider, counted, and not asked any more when the tokens of today are used up. */
export function withTokenBudget(model: Model, budget: TokenBudget): Model {
  const [provider = ''] = model.id.split('/', 1)
  return wrapModel(model, async (request, signal) => {
    // What is stopped already is left to the model to say.
    if (!signal.aborted && budget.isUsedUp()) {
      const nothing = { status: undefined, retryAfterMs: undefined, providerMessage: undefined, visible: false }
      throw new ProviderError(budget.refusal(undefined), { ...nothing, providerCode: 'token_budget' })
    }
    const reply = await model.complete(request, signal)
    budget.add(provider, tokensOf(request, reply))
    return reply
  })
}

/** `512,345`. */
function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** What a provider leaves out is estimated: a budget that takes it for nothing would never end. */
function tokensOf(request: ModelRequest, { text, toolCalls, usage }: ModelReply): number {
  const { inputTokens, outputTokens, cacheReadTokens } = usage
  const input = inputTokens > 0 ? Math.max(0, inputTokens - cacheReadTokens) : estimate(request)
  return input + (outputTokens > 0 ? outputTokens : estimate({ text, toolCalls }))
}

function estimate(value: object): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value)) / limits.tokenGuessBytes)
}

function isReadable(wallMs: number): boolean {
  return wallMs >= earliestWallMs && wallMs < latestWallMs
}
