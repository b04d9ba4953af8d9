import { isPincerError, type PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { Gauge } from './gauge.ts'
import { SessionLog } from './session-log.ts'
import type { StoredTurn } from './stored-turn.ts'
import { type Line, parseLine, type SummaryLine, Transcript, turnLine, turnOf } from './transcript.ts'

/**
 * What was said in a chat: JSON lines that are only appended, in one file and its archives. A turn is one line,
 * appended when it ends: a crash leaves all of it or nothing, and the tail of a file always begins with a whole turn.
 */
export class Session {
  /** What the model's provider has shown of the size of this chat. */
  readonly gauge = new Gauge()
  readonly #log: SessionLog | PincerError
  readonly #transcript: Transcript
  /** Since the summary was written last: a start that reads the end of a log must meet it there. */
  #bytesSinceSummary = 0
  #turnsAppended = 0
  #bytesAppended = 0

  private constructor(log: SessionLog | PincerError, transcript: Transcript) {
    this.#log = log
    this.#transcript = transcript
  }

  static async open(path: string, log: Log): Promise<Session> {
    const parsed: { readonly line: Line | undefined; readonly bytes: number }[] = []
    const onLine = (text: string): void => void parsed.push({ line: parseLine(text), bytes: Buffer.byteLength(text) })
    const { log: file, fromStart } = await SessionLog.open(path, { log, onLine })
    const badLines = parsed.filter(({ line }) => line === undefined).length
    if (badLines > 0) log.warn('session', `${badLines} lines of ${path} cannot be read and are left out.`)
    const transcript = new Transcript(fromStart)
    for (const { line, bytes } of parsed) transcript.apply(line, bytes)
    const session = new Session(file, transcript)
    const summaryAt = parsed.findLastIndex(({ line }) => line?.k === 'summary')
    for (const { bytes } of parsed.slice(summaryAt + 1)) session.#bytesSinceSummary += bytes
    return session
  }

  /** A chat whose log cannot be opened: it has no history, and what is to be kept fails with this fault. */
  static withoutLog(fault: PincerError): Session {
    return new Session(fault, new Transcript(false))
  }

  /** Why there is no log. */
  get fault(): PincerError | undefined {
    return isPincerError(this.#log) ? this.#log : undefined
  }

  /** The turns since /new and behind the summary, oldest first, as they are sent and as far as they are kept in memory. */
  turns(): readonly StoredTurn[] {
    return this.#transcript.turns()
  }

  /** As they stand in the log. */
  turnBytes(): number {
    return this.#transcript.bytes()
  }

  /** How many turns this process has added: a measure of time. */
  turnsAppended(): number {
    return this.#turnsAppended
  }

  bytesAppended(): number {
    return this.#bytesAppended
  }

  /** What stands for the turns before `turns()`. */
  summary(): string | undefined {
    return this.#transcript.summary()?.text
  }

  /** True when turns since /new are neither among `turns()` nor in the summary: a line is damaged, or it is long. */
  earlierLeftOut(): boolean {
    return this.#transcript.earlierLeftOut()
  }

  /** Appends the whole turn and syncs it. */
  async append(turn: StoredTurn, atMs: number): Promise<void> {
    await this.#write(turnLine(turn, atMs))
    this.#turnsAppended++
    this.#transcript.trim()
    const summary = this.#transcript.summary()
    if (summary === undefined || this.#bytesSinceSummary <= limits.sessionTailBytesMax / 2) return
    // Written again, before it is too far from the end to be read at a start. Where it fails, the next turn tries.
    await this.#write({ ...summary, lacks: this.earlierLeftOut() }).catch(() => undefined)
  }

  /** From now on `text` stands for the turns up to the one whose first answered message is `after`. */
  async appendSummary(summary: Omit<SummaryLine, 'k'>): Promise<void> {
    await this.#write({ k: 'summary', ...summary })
  }

  /** /new: later turns do not see the earlier ones; the log keeps them. */
  async startNew(atMs: number): Promise<void> {
    await this.#write({ k: 'new', atMs })
  }

  /** The turn that answers this message, in the end of the log that a start reads, be it of before a /new. */
  async loggedTurn(key: string): Promise<StoredTurn | undefined> {
    let found: StoredTurn | undefined
    await this.#file().readTail((text) => {
      const line = parseLine(text)
      if (line?.k === 'turn' && line.of.includes(key)) found = turnOf(line)
    })
    return found
  }

  async close(): Promise<void> {
    if (!isPincerError(this.#log)) await this.#log.close()
  }

  #file(): SessionLog {
    if (isPincerError(this.#log)) throw this.#log
    return this.#log
  }

  async #write(line: Line): Promise<void> {
    const text = JSON.stringify(line)
    const bytes = Buffer.byteLength(text)
    await this.#file().append(text)
    this.#bytesAppended += bytes
    this.#transcript.apply(line, bytes)
    this.#bytesSinceSummary = line.k === 'summary' ? 0 : this.#bytesSinceSummary + bytes
  }
}
