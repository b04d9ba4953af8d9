import type { Redact } from '../log.ts'
import type { Message, Model, ToolCall } from './model.ts'
import { oncePerRequest, wrapModel } from './wrapped-model.ts'

/**
 * The model behind the one door for words to and from a provider. No secret is told to it, not of a prompt file nor of
 * an old conversation; and what it says or calls is clean before anything is made of it: a reply, a line of progress, a
 * question to a person, a file, a record.
 */
export function withRedaction(model: Model, redact: Redact): Model {
  const messages = new CleanMessages(redact)
  let system = { text: '', clean: '' }
  const cleanSystem = (text: string): string => {
    if (text !== system.text) system = { text, clean: redact(text) }
    return system.clean
  }
  const sent = oncePerRequest((request) => ({
    ...request,
    system: cleanSystem(request.system),
    messages: messages.of(request.messages),
  }))
  const complete: Model['complete'] = async (request, signal) => {
    const reply = await model.complete(sent(request), signal)
    return { ...reply, text: redact(reply.text), toolCalls: reply.toolCalls.map((call) => cleanCall(call, redact)) }
  }
  return wrapModel(model, complete, sent)
}

/** The name and the id are a model's words too. */
function cleanCall({ id, name, arguments: text }: ToolCall, redact: Redact): ToolCall {
  return { id: redact(id), name: redact(name), arguments: redact(text) }
}

/** A conversation is sent again with each call: what was looked through once is remembered as long as it lives. */
class CleanMessages {
  readonly #redact: Redact
  readonly #clean = new WeakMap<Message, Message>()

  constructor(redact: Redact) {
    this.#redact = redact
  }

  of(messages: readonly Message[]): Message[] {
    return messages.map((message) => {
      const clean = this.#clean.get(message) ?? this.#cleaned(message)
      this.#clean.set(message, clean)
      return clean
    })
  }

  #cleaned(message: Message): Message {
    const text = this.#redact(message.text)
    switch (message.role) {
      case 'user':
        return message.context === undefined
          ? { ...message, text }
          : { ...message, text, context: this.#redact(message.context) }
      case 'assistant': {
        const toolCalls = message.toolCalls.map((call) => cleanCall(call, this.#redact))
        return { ...message, text, toolCalls }
      }
      case 'tool':
        return { ...message, text }
    }
  }
}
