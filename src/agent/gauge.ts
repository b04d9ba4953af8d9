import { limits } from '../limits.ts'
import type { Message, Model, ModelRequest } from '../model/model.ts'
import { replyTokensMax } from '../model/reply-tokens.ts'

const bytesPerTokenMin = 1
const bytesPerTokenMax = 4

type Sized = Pick<Model, 'id' | 'windowTokens'>

/**
 * How many bytes a request of one chat may have: an estimate, put right by what the provider counts. It moves in steps
 * and with some play, since each change of it moves where a history is cut, and then no provider cache hits.
 */
export class Gauge {
  #modelId = ''
  #bytesPerToken: number = limits.tokenGuessBytes
  /** Less than what was refused as too long, whatever the window is said to be. */
  #refusedBytes = Infinity

  /** What the request may have; its reply has room beside it. */
  roomBytes(model: Sized): number {
    this.#turnTo(model)
    const tokens = model.windowTokens - replyTokensMax(model.windowTokens)
    return Math.min(tokens * this.#bytesPerToken, this.#refusedBytes / 2)
  }

  /** `inputTokens` as the provider counted this request; 0 where it says nothing. */
  noteUsage(model: Sized, requestBytes: () => number, inputTokens: number): void {
    this.#turnTo(model)
    // What a provider adds of its own weighs too much in a short request.
    if (inputTokens < limits.gaugeTokensMin) return
    const bytesPerToken = requestBytes() / inputTokens
    const step = Math.min(bytesPerTokenMax, Math.max(bytesPerTokenMin, Math.floor(bytesPerToken * 2) / 2))
    if (step < this.#bytesPerToken) this.#refusedBytes = Infinity
    if (step < this.#bytesPerToken || bytesPerToken > this.#bytesPerToken + 0.75) this.#bytesPerToken = step
  }

  noteRefusal(model: Sized, requestBytes: number): void {
    this.#turnTo(model)
    this.#refusedBytes = Math.min(this.#refusedBytes, requestBytes)
  }

  /** Nothing that was seen of one model counts for another. */
  #turnTo({ id }: Sized): void {
    if (id === this.#modelId) return
    this.#modelId = id
    this.#bytesPerToken = limits.tokenGuessBytes
    this.#refusedBytes = Infinity
  }
}

/** The size that everything here is measured in: about that of the body, and the same for every wire format. */
export function requestBytes({ system, tools, messages }: ModelRequest): number {
  return Buffer.byteLength(system) + jsonBytes(tools) + messageBytes(messages)
}

export function messageBytes(messages: readonly Message[]): number {
  return messages.length === 0 ? 0 : jsonBytes(messages)
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
