import type { ReplyReader } from '../exchange.ts'
import { countIn, isJsonObject, listIn, objectIn, textIn, type JsonObject } from '../json-value.ts'
import { statedError } from '../provider-answer.ts'
import { parseAnswer, type DraftCall, type ReplyDraft } from '../reply-draft.ts'
import type { ServerSentEvent } from '../server-sent-events.ts'

/** Reads the events of a Messages stream, and the message object of servers that do not stream. */
export class AnthropicReplyReader implements ReplyReader {
  readonly draft: ReplyDraft
  readonly #calls = new Map<unknown, DraftCall>()
  /** Calls whose block began with its whole input: pieces that come nevertheless replace it. */
  readonly #begunWhole = new Set<DraftCall>()
  #usage: JsonObject = {}

  constructor(draft: ReplyDraft) {
    this.draft = draft
  }

  event({ type, data }: ServerSentEvent): void {
    const event = objectIn(parseAnswer(data, this.draft))
    const stated = statedError(event)
    if (stated !== undefined) throw this.draft.failure(stated)
    switch (textIn(event['type']) ?? type) {
      case 'message_start':
        return this.#addUsage(objectIn(event['message'])['usage'])
      case 'content_block_start':
        return this.#block(objectIn(event['content_block']), event['index'])
      case 'content_block_delta':
        return this.#delta(objectIn(event['delta']), event['index'])
      case 'message_delta':
        this.#addUsage(event['usage'])
        return this.#finish(objectIn(event['delta'])['stop_reason'])
      case 'message_stop':
        return this.draft.end('finished')
      // ping, content_block_stop, and what is invented later.
      default:
    }
  }

  whole(body: unknown): void {
    const stated = statedError(body)
    if (stated !== undefined) throw this.draft.failure(stated)
    const message = objectIn(body)
    listIn(message['content']).forEach((block, index) => this.#block(objectIn(block), index))
    this.#addUsage(message['usage'])
    this.#finish(message['stop_reason'])
    this.draft.end('finished')
  }

  /** Blocks of thoughts are not part of an answer. */
  #block(block: JsonObject, index: unknown): void {
    if (block['type'] === 'text') this.draft.addText(textIn(block['text']) ?? '')
    if (block['type'] !== 'tool_use') return
    const call = this.draft.addCall(textIn(block['id']) ?? '', textIn(block['name']) ?? '')
    this.#calls.set(index, call)
    const { input } = block
    // In a stream a block begins with an empty object, and the input follows in pieces.
    if (isJsonObject(input) && Object.keys(input).length === 0) return
    this.draft.addArguments(call, input)
    this.#begunWhole.add(call)
  }

  #delta(delta: JsonObject, index: unknown): void {
    if (delta['type'] === 'text_delta') this.draft.addText(textIn(delta['text']) ?? '')
    const call = this.#calls.get(index)
    const piece = textIn(delta['partial_json'])
    if (call === undefined || piece === undefined) return
    if (this.#begunWhole.delete(call)) call.arguments = ''
    this.draft.addArguments(call, piece)
  }

  #finish(reason: unknown): void {
    switch (textIn(reason)) {
      case undefined:
        return
      case 'max_tokens':
      case 'model_context_window_exceeded':
        return this.draft.end('length')
      case 'refusal':
        return this.draft.end('filter')
      // end_turn, tool_use, stop_sequence, pause_turn, and whatever comes later.
      default:
        return this.draft.end('finished')
    }
  }

  /** The input is told at the start, the output at the end; later figures replace earlier ones. */
  #addUsage(given: unknown): void {
    const known = Object.entries(objectIn(given)).filter(([, value]) => typeof value === 'number')
    this.#usage = { ...this.#usage, ...Object.fromEntries(known) }
    const cacheReadTokens = countIn(this.#usage['cache_read_input_tokens'])
    const written = countIn(this.#usage['cache_creation_input_tokens'])
    this.draft.usage = {
      // Here the plain figure leaves out what the cache took part in.
      inputTokens: countIn(this.#usage['input_tokens']) + written + cacheReadTokens,
      outputTokens: countIn(this.#usage['output_tokens']),
      cacheReadTokens,
    }
  }
}
