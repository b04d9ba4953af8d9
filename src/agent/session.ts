import { join } from 'node:path'
import * as v from 'valibot'
import { AppendFile } from '../append-file.ts'
import { makeFolder } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Message } from '../model/model.ts'

/**
 * What was said in a chat: append-only JSON lines, one file a chat, never rewritten. A turn is one line, appended when
 * it ends: a crash leaves all of it or nothing, and the tail of a file always begins with a whole turn.
 */

const messageSchema = v.variant('role', [
  v.object({ role: v.literal('user'), text: v.string() }),
  v.object({
    role: v.literal('assistant'),
    text: v.string(),
    toolCalls: v.array(v.object({ id: v.string(), name: v.string(), arguments: v.string() })),
  }),
  v.object({
    role: v.literal('tool'),
    callId: v.string(),
    name: v.string(),
    text: v.string(),
    failed: v.boolean(),
  }),
]) satisfies v.GenericSchema<Message>

const lineSchema = v.variant('k', [
  /** A turn that answers the inbound messages `of` (keys); `atMs` is wall time. */
  v.object({ k: v.literal('turn'), of: v.array(v.string()), atMs: v.number(), m: v.array(messageSchema) }),
  /** /new: what stands above is not sent any more. */
  v.object({ k: v.literal('new'), atMs: v.number() }),
])

type Line = v.InferOutput<typeof lineSchema>

/** One turn as it was stored. */
export interface StoredTurn {
  readonly messages: readonly Message[]
  /** Keys of the inbound messages that it answers. */
  readonly answers: readonly string[]
}

/** All sessions of this home. The files of at most `limits.sessionsInMemoryMax` idle chats are kept open. */
export class Sessions {
  readonly #folder: string
  readonly #log: Log
  /** Least recently used first. */
  readonly #open = new Map<string, { readonly session: Promise<Session>; users: number }>()

  constructor(options: { readonly folder: string; readonly log: Log }) {
    this.#folder = options.folder
    this.#log = options.log
  }

  /** Lends the session of one chat, opened or created, for the time that `work` takes. */
  async use<T>(channel: string, chat: string, work: (session: Session) => Promise<T>): Promise<T> {
    const name = fileName(channel, chat)
    const entry = this.#open.get(name) ?? { session: this.#load(name), users: 0 }
    this.#open.delete(name)
    this.#open.set(name, entry)
    entry.users++
    try {
      return await work(await entry.session)
    } catch (error) {
      // What could not be opened is tried anew the next time.
      await entry.session.catch(() => {
        if (this.#open.get(name) === entry) this.#open.delete(name)
      })
      throw error
    } finally {
      entry.users--
      await this.#closeIdle(limits.sessionsInMemoryMax)
    }
  }

  async close(): Promise<void> {
    await this.#closeIdle(0)
  }

  async #closeIdle(keep: number): Promise<void> {
    for (const [name, entry] of this.#open) {
      if (this.#open.size <= keep) return
      if (entry.users > 0) continue
      this.#open.delete(name)
      await (await entry.session).close()
    }
  }

  async #load(name: string): Promise<Session> {
    await makeFolder(this.#folder)
    return Session.open(join(this.#folder, name), this.#log)
  }
}

export class Session {
  readonly #file: AppendFile
  #turns: StoredTurn[]
  #earlierLeftOut: boolean
  #bytes = 0

  private constructor(file: AppendFile, { turns, earlierLeftOut }: ReturnType<typeof turnsOf>) {
    this.#file = file
    this.#turns = turns
    this.#earlierLeftOut = earlierLeftOut
  }

  static async open(path: string, log: Log): Promise<Session> {
    const parsed: (Line | undefined)[] = []
    const onLine = (line: string): void => void parsed.push(parseLine(line))
    const { file, torn, fromStart } = await AppendFile.open(path, { onLine, tailBytes: limits.sessionTailBytesMax })
    if (torn) log.warn('session', `A half-written last line was set aside in ${path}.torn (power cut?).`)
    const badLines = parsed.filter((line) => line === undefined).length
    if (badLines > 0) log.warn('session', `${badLines} lines of ${path} cannot be read and are left out.`)
    return new Session(file, turnsOf(parsed, fromStart))
  }

  /** The turns since /new, oldest first, as far as they are kept in memory. */
  turns(): readonly StoredTurn[] {
    return this.#turns
  }

  /** True when there were turns since /new that are not among `turns()`: it is long, or a line is damaged. */
  earlierLeftOut(): boolean {
    return this.#earlierLeftOut
  }

  /** Appends the whole turn that answers the inbound messages `answers` (keys), and syncs it. */
  async append(answers: readonly string[], messages: readonly Message[], atMs: number): Promise<void> {
    const text = JSON.stringify({ k: 'turn', of: [...answers], atMs, m: messages.map(stored) } satisfies Line)
    await this.#file.append([text], { sync: true })
    this.#turns.push({ messages, answers })
    this.#bytes += text.length
    if (this.#bytes > limits.sessionTailBytesMax) {
      const first = Math.floor(this.#turns.length / 2)
      if (first > 0) this.#earlierLeftOut = true
      this.#turns = this.#turns.slice(first)
      this.#bytes = 0
    }
  }

  /** /new: later turns do not see the earlier ones; the file keeps them. */
  async startNew(atMs: number): Promise<void> {
    const line: Line = { k: 'new', atMs }
    await this.#file.append([JSON.stringify(line)], { sync: true })
    this.#turns = []
    this.#earlierLeftOut = false
    this.#bytes = 0
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** Our context (clock, readings) is for one request only and is not stored. */
function stored(message: Message): v.InferOutput<typeof messageSchema> {
  switch (message.role) {
    case 'user':
      return { role: 'user', text: message.text }
    case 'assistant':
      return { ...message, toolCalls: [...message.toolCalls] }
    case 'tool':
      return message
  }
}

function parseLine(line: string): Line | undefined {
  try {
    const result = v.safeParse(lineSchema, JSON.parse(line))
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}

/** The turns since the last /new, of lines of which some are not ours to read. */
function turnsOf(
  lines: readonly (Line | undefined)[],
  fromStart: boolean,
): { readonly turns: StoredTurn[]; readonly earlierLeftOut: boolean } {
  let turns: StoredTurn[] = []
  let earlierLeftOut = !fromStart
  for (const line of lines) {
    if (line === undefined) earlierLeftOut = true
    else if (line.k === 'turn') turns.push({ messages: line.m, answers: line.of })
    else {
      turns = []
      earlierLeftOut = false
    }
  }
  return { turns, earlierLeftOut }
}

/** Channel and chat ids in a file name that is the same for ever and cannot leave the folder. */
function fileName(channel: string, chat: string): string {
  const safe = (text: string): string =>
    text.replaceAll(/[^a-zA-Z0-9-]/g, (char) => `_${char.codePointAt(0)?.toString(16) ?? ''}_`)
  return `${safe(channel)}.${safe(chat)}.jsonl`
}
