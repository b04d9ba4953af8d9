import { limits } from '../limits.ts'
import { isJsonObject, parseJson } from './json-value.ts'
import type { ModelReply, ToolCall } from './model.ts'
import type { StatedError } from './provider-answer.ts'
import { ProviderError } from './provider-error.ts'
import { callsInText } from './text-calls.ts'

/** A tool call while its pieces arrive. */
export interface DraftCall {
  id: string
  name: string
  arguments: string
}

/** Why a reply ended, as far as it matters here: `unfinished` until the provider says that it is over. */
type End = 'unfinished' | 'finished' | 'length' | 'filter'

const unnamed = 'unnamed'

/** A reply while it arrives, the same for every wire format. */
export class ReplyDraft {
  usage: ModelReply['usage'] = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 }
  readonly #modelId: string
  readonly #calls: DraftCall[] = []
  #text = ''
  #chars = 0
  #end: End = 'unfinished'

  constructor(modelId: string) {
    this.#modelId = modelId
  }

  addText(piece: string): void {
    this.#count(piece)
    this.#text += piece
  }

  addCall(id: string, name: string): DraftCall {
    this.#count(id + name)
    const call = { id, name, arguments: '' }
    this.#calls.push(call)
    return call
  }

  /** What a model gives as arguments: pieces of JSON text, or (against the documents) a whole object. */
  addArguments(call: DraftCall, given: unknown): void {
    const piece = typeof given === 'string' ? given : isJsonObject(given) ? JSON.stringify(given) : ''
    this.#count(piece)
    call.arguments += piece
  }

  /** The first reason stays: what closes a stream comes behind what ended the reply. */
  end(why: Exclude<End, 'unfinished'>): void {
    if (this.#end === 'unfinished') this.#end = why
  }

  get ended(): boolean {
    return this.#end !== 'unfinished'
  }

  /** Words of the answer have come. */
  get visible(): boolean {
    return this.#text.trim() !== ''
  }

  /** An error that the provider states inside an answer which began well. */
  failure(stated: StatedError): ProviderError {
    const sentence = `${this.#modelId} broke off with an error of the provider: try again later.`
    return new ProviderError(sentence, { ...stated, status: stated.status ?? 500, visible: this.visible })
  }

  /** A fault of the answer itself. `providerCode` is then a name of ours; what another try may mend has the status 502. */
  fault(providerCode: string, sentence: string, status: number, cause?: unknown): ProviderError {
    const answer = { status, retryAfterMs: undefined, providerCode, providerMessage: undefined, visible: this.visible }
    return new ProviderError(sentence, answer, { cause })
  }

  /** The finished reply. Calls are made of text only where `readsTextCalls`. Fails with ProviderError when it is empty. */
  reply(offered: ReadonlySet<string>, readsTextCalls: boolean): ModelReply {
    let text = withoutThoughts(this.#text).trim()
    // Without tools the model must answer in words; what a filter cut must not act.
    let calls: readonly DraftCall[] = offered.size === 0 || this.#end === 'filter' ? [] : this.#calls
    if (readsTextCalls && offered.size > 0 && calls.length === 0 && this.#end === 'finished') {
      const found = callsInText(text, offered)
      text = found?.text ?? text
      calls = found?.calls.map(({ name, arguments: given }) => ({ id: '', name, arguments: given })) ?? calls
    }
    const toolCalls = this.#toolCalls(calls)
    if (toolCalls.length === 0) text = [text, noteOf(this.#end, text === '')].filter((part) => part !== '').join('\n\n')
    if (text === '' && toolCalls.length === 0) {
      throw this.fault('empty_reply', `${this.#modelId} gave an empty answer: ask again.`, 502)
    }
    return { text, toolCalls, usage: this.usage }
  }

  /** Each with a name and an id of its own: some models send none, or the same for all. */
  #toolCalls(calls: readonly DraftCall[]): ToolCall[] {
    const used = new Set<string>()
    return calls.map((call) => {
      const base = call.id === '' ? 'call' : call.id
      let id = base
      for (let count = 2; used.has(id); count++) id = `${base}_${count}`
      used.add(id)
      // No arguments mean an empty object; where the reply was cut they mean that they are missing.
      const none = call.arguments.trim() === '' && this.#end !== 'length'
      return { id, name: call.name === '' ? unnamed : call.name, arguments: none ? '{}' : call.arguments }
    })
  }

  #count(piece: string): void {
    this.#chars += piece.length + 1
    if (this.#chars <= limits.modelReplyCharsMax) return
    throw this.fault('reply_too_long', `${this.#modelId} gave an endless answer: ask in other words.`, 200)
  }
}

/** Models that think aloud where their server does not take the thoughts out. */
function withoutThoughts(text: string): string {
  const start = text.trimStart()
  if (!start.startsWith('<think>')) return text
  const end = start.indexOf('</think>')
  return end === -1 ? '' : start.slice(end + '</think>'.length)
}

function noteOf(end: End, empty: boolean): string {
  switch (end) {
    case 'unfinished':
    case 'finished':
      return ''
    case 'length':
      return empty
        ? 'The model used up the longest reply that it may give before it wrote an answer: ask for less at once, or use another model.'
        : '(The answer was cut here at the longest reply that the model may give. Say "continue" for the rest.)'
    case 'filter':
      return empty
        ? "The provider's content filter held the answer back: say it in other words."
        : "(The provider's content filter ended the answer here.)"
  }
}

/** One event or body of an answer as JSON. Fails with ProviderError. */
export function parseAnswer(text: string, draft: ReplyDraft): unknown {
  const value = parseJson(text)
  if (value === undefined)
    throw draft.fault('unreadable_reply', 'The answer of the model is not the JSON that it should be: try again.', 502)
  return value
}
