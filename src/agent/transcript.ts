import * as v from 'valibot'
import { readJson } from '../json-text.ts'
import { limits } from '../limits.ts'
import type { Message } from '../model/model.ts'
import { marked, sentTurns } from './marks.ts'
import type { StoredTurn } from './stored-turn.ts'

/** The lines of a session log, and what they say together. */

/** Of text from outside: absent where there is none. */
const foreign = v.exactOptional(v.string())

const messageSchema = v.variant('role', [
  v.object({ role: v.literal('user'), text: v.string(), foreign }),
  v.object({
    role: v.literal('assistant'),
    foreign,
    text: v.string(),
    toolCalls: v.array(v.object({ id: v.string(), name: v.string(), arguments: v.string() })),
  }),
  v.object({
    role: v.literal('tool'),
    foreign,
    callId: v.string(),
    name: v.string(),
    text: v.string(),
    failed: v.boolean(),
  }),
]) satisfies v.GenericSchema<Message>

const lineSchema = v.variant('k', [
  /** A turn that answers the inbound messages `of` (keys), the first of which names it; `atMs` is wall time. */
  v.object({
    k: v.literal('turn'),
    of: v.array(v.string()),
    atMs: v.number(),
    m: v.array(messageSchema),
    failed: v.optional(v.boolean(), false),
    /** Absent from lines of a version that marked no text from outside. */
    marks: v.optional(v.boolean(), false),
  }),
  /** Stands for all turns since /new up to the one named `after`. `lacks`: some of them it does not know. */
  v.object({ k: v.literal('summary'), after: v.string(), atMs: v.number(), text: v.string(), lacks: v.boolean() }),
  /** /new: what stands above is not sent any more. */
  v.object({ k: v.literal('new'), atMs: v.number() }),
  /** The first line of a log whose earlier lines were archived; of those, the newest stand behind it again. */
  v.object({ k: v.literal('archived'), as: v.string() }),
])

export type Line = v.InferOutput<typeof lineSchema>
export type SummaryLine = Line & { readonly k: 'summary' }

export function parseLine(text: string): Line | undefined {
  return readJson(lineSchema, text)
}

export function turnLine(turn: StoredTurn, atMs: number): Line {
  return { k: 'turn', of: [...turn.answers], atMs, m: turn.messages.map(stored), failed: turn.failed, marks: true }
}

export function turnOf(line: Line & { readonly k: 'turn' }): StoredTurn {
  const messages = line.marks ? line.m : line.m.map(withOldMark)
  return { messages, answers: line.of, failed: line.failed }
}

/** Nobody noted then which files were from outside. */
function withOldMark(message: v.InferOutput<typeof messageSchema>): Message {
  const isOfFiles = message.role === 'tool' && /^(read_file|list_dir|search_files)$/.test(message.name)
  return isOfFiles ? marked(message, 'a file') : message
}

/** Our context (clock, readings) is for one request only and is not stored. */
function stored(message: Message): v.InferOutput<typeof messageSchema> {
  switch (message.role) {
    case 'user':
      return marked({ role: 'user', text: message.text }, message.foreign)
    case 'assistant':
      return { ...message, toolCalls: [...message.toolCalls] }
    case 'tool':
      return message
  }
}

/** What is sent of a chat: a fold over the lines of its log, the same when they are written and when they are read. */
export class Transcript {
  #kept: { readonly turn: StoredTurn; readonly bytes: number }[] = []
  #summary: SummaryLine | undefined
  #earlierLeftOut: boolean

  /** `fromStart`: the first line to come is the first of the log. */
  constructor(fromStart: boolean) {
    this.#earlierLeftOut = !fromStart
  }

  /** `line` is undefined where the log holds something that is not ours to read. */
  apply(line: Line | undefined, bytes: number): void {
    switch (line?.k) {
      case undefined:
      case 'archived':
        this.#earlierLeftOut = true
        break
      case 'turn':
        this.#kept.push({ turn: turnOf(line), bytes })
        break
      case 'summary':
        // Where the turn is not found it stands before the part of the log that was read: all of these are newer.
        this.#kept = this.#kept.slice(this.#kept.findLastIndex(({ turn }) => turn.answers[0] === line.after) + 1)
        this.#summary = line
        this.#earlierLeftOut = line.lacks
        break
      case 'new':
        this.#kept = []
        this.#summary = undefined
        this.#earlierLeftOut = false
    }
  }

  /** Memory is bounded: of too much, the older half goes. The newest turn stays, however long it is. */
  trim(): void {
    if (this.bytes() <= limits.sessionTailBytesMax) return
    while (this.#kept.length > 1 && this.bytes() > limits.sessionTailBytesMax / 2) {
      this.#kept.shift()
      this.#earlierLeftOut = true
    }
  }

  /** As they are sent: what is from outside is cut from old ones. */
  turns(): readonly StoredTurn[] {
    return sentTurns(this.#kept.map(({ turn }) => turn))
  }

  bytes(): number {
    return this.#kept.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  summary(): SummaryLine | undefined {
    return this.#summary
  }

  earlierLeftOut(): boolean {
    return this.#earlierLeftOut
  }
}
