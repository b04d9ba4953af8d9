import type { ReplyReader } from '../exchange.ts'
import { countIn, isJsonObject, listIn, objectIn, parseJson, textIn, type JsonObject } from '../json-value.ts'
import { statedError } from '../provider-answer.ts'
import { parseAnswer, type DraftCall, type ReplyDraft } from '../reply-draft.ts'
import type { ServerSentEvent } from '../server-sent-events.ts'

/** Reads chat.completion.chunk events, and the chat.completion object of servers that do not stream. */
export class OpenaiReplyReader implements ReplyReader {
  readonly draft: ReplyDraft
  /** The call that each `index` means now. */
  readonly #slots = new Map<unknown, DraftCall>()

  constructor(draft: ReplyDraft) {
    this.draft = draft
  }

  event({ data }: ServerSentEvent): void {
    if (data.trim() === '[DONE]') this.draft.end('finished')
    else this.#take(parseAnswer(data, this.draft))
  }

  whole(body: unknown): void {
    this.#take(body)
    this.draft.end('finished')
  }

  #take(value: unknown): void {
    const stated = statedError(value)
    if (stated !== undefined) throw this.draft.failure(stated)
    const chunk = objectIn(value)
    // Groq has its own place for it. The chunk that brings the usage has no choices.
    const usage = chunk['usage'] ?? objectIn(chunk['x_groq'])['usage']
    if (isJsonObject(usage)) this.draft.usage = usageOf(usage)
    const choice = objectIn(listIn(chunk['choices'])[0])
    this.#message(objectIn(choice['delta'] ?? choice['message']))
    const reason = textIn(choice['finish_reason'])
    if (reason !== undefined) this.#finish(reason)
  }

  /** A piece of the message, or all of it. Thoughts (`reasoning`, `reasoning_content`) are not part of an answer. */
  #message(message: JsonObject): void {
    for (const text of textsOf(message['content'])) this.draft.addText(text)
    for (const text of textsOf(message['refusal'])) this.draft.addText(text)
    listIn(message['tool_calls']).forEach((given, place) => this.#call(objectIn(given), place))
  }

  #call(given: JsonObject, place: number): void {
    const tool = objectIn(given['function'])
    const id = textIn(given['id']) ?? ''
    const name = textIn(tool['name']) ?? ''
    const index = given['index'] ?? place
    let call = this.#slots.get(index)
    if (call === undefined || beginsAnother(call, id, name)) {
      call = this.draft.addCall(id, name)
      this.#slots.set(index, call)
    }
    if (call.id === '') call.id = id
    if (call.name === '') call.name = name
    this.draft.addArguments(call, tool['arguments'])
  }

  #finish(reason: string): void {
    switch (reason) {
      case 'error': {
        const nothing = { status: undefined, retryAfterMs: undefined, providerCode: undefined }
        throw this.draft.failure({ ...nothing, providerMessage: undefined })
      }
      case 'length':
      case 'max_tokens':
      case 'model_length':
        return this.draft.end('length')
      case 'content_filter':
        return this.draft.end('filter')
      // stop, tool_calls, and whatever others invent.
      default:
        return this.draft.end('finished')
    }
  }
}

/** Some servers give all parallel calls the index 0: another id begins another call, or a name behind whole arguments. */
function beginsAnother(call: DraftCall, id: string, name: string): boolean {
  if (id !== '' && call.id !== '') return id !== call.id
  return name !== '' && call.name !== '' && isJsonObject(parseJson(call.arguments))
}

/** Content is text, null, or a list of parts of which those with text count. */
function textsOf(content: unknown): readonly string[] {
  const parts = Array.isArray(content) ? content.map((part) => objectIn(part)['text']) : [content]
  return parts.map(textIn).filter((text) => text !== undefined)
}

function usageOf(usage: JsonObject): ReplyDraft['usage'] {
  const cached = objectIn(usage['prompt_tokens_details'])['cached_tokens'] ?? usage['prompt_cache_hit_tokens']
  return {
    inputTokens: countIn(usage['prompt_tokens']),
    outputTokens: countIn(usage['completion_tokens']),
    cacheReadTokens: countIn(cached),
  }
}
