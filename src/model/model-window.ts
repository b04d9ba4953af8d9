import type { Clock } from '../clock.ts'
import { isPincerError } from '../errors.ts'
import type { HttpClient } from '../http/http-client.ts'
import { readBody } from '../http/read-body.ts'
import { limits } from '../limits.ts'
import { countIn, listIn, objectIn, parseJson, type JsonObject } from './json-value.ts'

export interface ModelWindowOptions {
  /** The model's name at the provider. */
  readonly modelName: string
  readonly baseUrl: string
  /** What is taken until the server has said more. */
  readonly windowTokens: number
  /** On this machine or in this network, so that its memory decides about the window. */
  readonly isOwnServer: boolean
  readonly http: HttpClient
  readonly clock: Clock
}

const deadlines = {
  connectMs: limits.servedWindowTimeoutMs,
  firstByteMs: limits.servedWindowTimeoutMs,
  gapMs: limits.servedWindowTimeoutMs,
} as const

/**
 * How much a model takes at once. A server of one's own runs it with less than it was made for, and Ollama cuts off in
 * silence what is beyond: so it is asked, before a call and, where it had to load the model first, behind it. What it
 * says may change while it unloads a model, so it is asked again after a while.
 */
export class ModelWindow {
  readonly #options: ModelWindowOptions
  readonly #headers: Readonly<Record<string, string>>
  #tokens: number
  #askAgainMs = -Infinity

  /** `headers` are those that let one in. */
  constructor(options: ModelWindowOptions, headers: Readonly<Record<string, string>>) {
    this.#options = options
    this.#headers = headers
    this.#tokens = options.windowTokens
  }

  get tokens(): number {
    return this.#tokens
  }

  /** Quick where there is nothing to learn. Fails with nothing but `stopped`. `hasAnswered`: the model is loaded now. */
  async learn(hasAnswered: boolean, signal: AbortSignal): Promise<void> {
    const { isOwnServer, clock } = this.#options
    if (!isOwnServer || clock.monotonicMs() < this.#askAgainMs) return
    const tokens = await this.#ask(hasAnswered, signal)
    this.#tokens = tokens ?? this.#tokens
    // A server that answers calls but not this one must not hold up every call.
    if (tokens === undefined && !hasAnswered) return
    this.#askAgainMs = clock.monotonicMs() + limits.servedWindowAgeMaxMs
  }

  /** Undefined: not known now. */
  async #ask(hasAnswered: boolean, signal: AbortSignal): Promise<number | undefined> {
    try {
      // https://docs.ollama.com/api/ps: the models that are loaded, each with the window that it runs with.
      const { models } = await this.#read('/api/ps', signal)
      const own = listIn(models)
        .map(objectIn)
        .find((each) => this.#isModel(each['name']))
      const loaded = countIn(own?.['context_length'])
      if (loaded > 0) return loaded
      // https://github.com/ggml-org/llama.cpp/tree/master/tools/server: the window of each of its slots.
      const { default_generation_settings: settings } = await this.#read('/props', signal)
      const served = countIn(objectIn(settings)['n_ctx'])
      if (served > 0) return served
      // Neither of them, or a model that Ollama passes on to others.
      return models === undefined || hasAnswered ? limits.modelWindowTokensDefault : undefined
    } catch (error) {
      if (isPincerError(error) && error.code === 'stopped') throw error
      return undefined
    }
  }

  #isModel(name: unknown): boolean {
    const { modelName } = this.#options
    return name === modelName || name === `${modelName}:latest`
  }

  /** What the server answers there; an empty object where it answers with anything else than JSON. */
  async #read(path: string, signal: AbortSignal): Promise<JsonObject> {
    const { http, baseUrl } = this.#options
    const url = `${baseUrl.replace(/\/(?:v1\/?)?$/, '')}${path}`
    const { status, body } = await http.request({ method: 'GET', url, headers: this.#headers, deadlines }, signal)
    const { bytes } = await readBody(body, limits.providerErrorBytesMax)
    return status === 200 ? objectIn(parseJson(bytes.toString())) : {}
  }
}
