import * as v from 'valibot'
import { readJson } from '../json-text.ts'
import type { DeadLetter, Inbound, Outbound } from './message.ts'

/** The journal's lines. Short keys: every byte is a flash write on each message. */

const personSchema = v.object({ id: v.string(), name: v.string(), role: v.picklist(['owner', 'guest']) })

const inboundSchema = v.object({
  id: v.string(),
  channel: v.string(),
  chat: v.string(),
  person: personSchema,
  text: v.string(),
  foreign: v.exactOptional(v.string()),
  sentAtMs: v.number(),
  ageMs: v.exactOptional(v.nullable(v.number())),
}) satisfies v.GenericSchema<Inbound>

const keys = v.pipe(v.array(v.string()), v.readonly())

const outboundSchema = v.object({
  id: v.string(),
  channel: v.string(),
  chat: v.string(),
  text: v.string(),
  answers: keys,
  failed: v.boolean(),
  buttons: v.exactOptional(v.pipe(v.array(v.object({ text: v.string(), command: v.string() })), v.readonly())),
}) satisfies v.GenericSchema<Outbound>

const deadLetterSchema = v.object({
  id: v.string(),
  channel: v.string(),
  chat: v.string(),
  text: v.string(),
  atMs: v.number(),
  why: v.string(),
}) satisfies v.GenericSchema<DeadLetter>

const recordSchema = v.variant('k', [
  /** A message was accepted. */
  v.object({ k: v.literal('in'), m: inboundSchema }),
  /** A changing call is about to run in the turn that answers these messages. */
  v.object({
    k: v.literal('call'),
    id: v.string(),
    of: keys,
    what: v.string(),
    /** Whence text from outside came that was in view when it was written. */
    foreign: v.exactOptional(v.string()),
  }),
  /** That call came back. */
  v.object({ k: v.literal('ran'), id: v.string() }),
  /** These messages are being tried again after a restart. */
  v.object({ k: v.literal('again'), of: keys }),
  /** A reply or notice to deliver; the messages in `done` are answered by it. */
  v.object({ k: v.literal('out'), m: outboundSchema, done: keys }),
  /** An outbound message was delivered. */
  v.object({ k: v.literal('sent'), id: v.string() }),
  /** The outbound message with the same id is proven undeliverable. */
  v.object({ k: v.literal('dead'), m: deadLetterSchema }),
  /** Ids of messages handled without an answer, or long ago and carried over when the journal is rewritten. */
  v.object({ k: v.literal('seen'), of: keys }),
])

export type JournalRecord = v.InferOutput<typeof recordSchema>

export function formatRecord(record: JournalRecord): string {
  return JSON.stringify(record)
}

/** `undefined` when the line is not a record of ours. */
export function parseRecord(line: string): JournalRecord | undefined {
  return readJson(recordSchema, line)
}
