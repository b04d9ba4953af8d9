import { randomBytes } from 'node:crypto'
import type { Message, Model, ModelRequest } from './model.ts'
import { oncePerRequest, wrapModel } from './wrapped-model.ts'

/** A code for the frames of one turn: what comes from outside cannot know it. */
export function frameCode(): string {
  return randomBytes(4).toString('hex')
}

/** Puts every text from outside into a frame that only the program can open and close, as the system rules say. */
export function withFrames(model: Model): Model {
  const sent = oncePerRequest(framed)
  return wrapModel(model, (request, signal) => model.complete(sent(request), signal), sent)
}

function framed(request: ModelRequest): ModelRequest {
  const { messages, frame } = request
  if (messages.every(({ foreign }) => foreign === undefined)) return request
  const code = frame ?? frameCode()
  return { ...request, messages: messages.map((message) => framedMessage(message, code)) }
}

/** The model's own words stay as they are: it wrote them. */
function framedMessage(message: Message, code: string): Message {
  if (message.foreign === undefined || message.role === 'assistant') return message
  return { ...message, text: `<outside ${code}>\n${unframed(message.text, code)}\n</outside ${code}>` }
}

/** A page may have been told the code by the model, and may try any code. */
function unframed(text: string, code: string): string {
  return text.replaceAll(code, '[code]').replaceAll(/<(?=\s*\/?\s*outside)/gi, '(')
}
