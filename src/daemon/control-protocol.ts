import * as v from 'valibot'
import type { Acceptance, Activity, Outbound } from '../bus/message.ts'
import type { Answer, Question } from '../bus/question.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'

/**
 * What passes over the control socket: one JSON object a line, both ways. The client speaks first, with `chat`
 * or `request`. Every message from outside is checked here, once.
 */
export const protocolVersion = 2

const id = v.pipe(v.string(), v.maxLength(limits.controlIdCharsMax))
const answer = v.picklist(['yes', 'always', 'no']) satisfies v.GenericSchema<Answer>
const acceptance = v.picklist(['accepted', 'full', 'duplicate', 'refused']) satisfies v.GenericSchema<Acceptance>

const request = v.variant('name', [
  v.strictObject({ name: v.literal('status') }),
  v.strictObject({ name: v.literal('send'), text: v.string(), to: v.optional(v.string()) }),
  /** As behind /jobs in a chat. */
  v.strictObject({ name: v.literal('jobs'), words: v.string() }),
  v.strictObject({ name: v.literal('trigger'), trigger: v.string() }),
  /** As behind /pair in a chat. */
  v.strictObject({ name: v.literal('pair'), words: v.string() }),
])

const fromClient = v.variant('type', [
  v.strictObject({ type: v.literal('chat'), version: v.number(), interactive: v.boolean() }),
  /** The only line of a client that asks for one thing: it is answered with one `reply`. */
  v.strictObject({ type: v.literal('request'), version: v.number(), request }),
  v.strictObject({ type: v.literal('say'), id, text: v.string() }),
  v.strictObject({ type: v.literal('answer'), question: id, answer }),
  /** The outbound message with this id is really written. */
  v.strictObject({ type: v.literal('written'), message: v.string() }),
])

const outbound = v.object({
  id: v.string(),
  channel: v.string(),
  chat: v.string(),
  text: v.string(),
  answers: v.pipe(v.array(v.string()), v.readonly()),
  failed: v.boolean(),
  buttons: v.exactOptional(v.pipe(v.array(v.object({ text: v.string(), command: v.string() })), v.readonly())),
}) satisfies v.GenericSchema<Outbound>

const place = { channel: v.string(), chat: v.string() }
const activity = v.variant('kind', [
  v.object({ kind: v.literal('turn-started'), ...place }),
  v.object({ kind: v.literal('tool-started'), ...place, line: v.string() }),
  v.object({ kind: v.literal('tool-progress'), ...place, line: v.string(), progress: v.string() }),
  v.object({ kind: v.literal('tool-finished'), ...place, line: v.string(), failed: v.boolean() }),
  v.object({ kind: v.literal('turn-ended'), ...place }),
]) satisfies v.GenericSchema<Activity>

const question = v.object({
  code: v.string(),
  chat: v.string(),
  personId: v.string(),
  personName: v.string(),
  action: v.string(),
  call: v.exactOptional(v.string()),
  reason: v.string(),
  untilMs: v.number(),
  offersAlways: v.boolean(),
}) satisfies v.GenericSchema<Question>

const fromServer = v.variant('type', [
  v.object({ type: v.literal('welcome') }),
  v.object({ type: v.literal('said'), id, acceptance }),
  v.object({ type: v.literal('refused'), id, code: v.picklist(['usage', 'disk', 'stopped']), sentence: v.string() }),
  v.object({ type: v.literal('outbound'), message: outbound }),
  v.object({ type: v.literal('activity'), activity }),
  v.object({ type: v.literal('question'), id, question }),
  v.object({ type: v.literal('withdraw'), id, words: v.string() }),
  v.object({ type: v.literal('reply'), failed: v.boolean(), text: v.string() }),
  /** The last line before the server closes. */
  v.object({ type: v.literal('ended'), sentence: v.string() }),
])

export type Request = v.InferOutput<typeof request>
export type FromClient = v.InferOutput<typeof fromClient>
export type FromServer = v.InferOutput<typeof fromServer>

export function parseFromClient(line: Buffer): FromClient {
  return parse(fromClient, line)
}

export function parseFromServer(line: Buffer): FromServer {
  return parse(fromServer, line)
}

export function formatLine(message: FromClient | FromServer): string {
  return `${JSON.stringify(message)}\n`
}

export const lineTooLong = `The line is longer than ${limits.controlLineBytesMax} bytes.`

/** @throws PincerError `usage` */
function parse<Schema extends v.GenericSchema>(schema: Schema, line: Buffer): v.InferOutput<Schema> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line))
  } catch {
    throw new PincerError('usage', 'The line is not JSON: the control socket takes one JSON object a line.')
  }
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  throw new PincerError('usage', `The line is not understood${path === null ? '' : ` at "${path}"`}: ${issue.message}.`)
}
