import { hash } from 'node:crypto'
import fs from 'node:fs'
import { AppendFile } from '../append-file.ts'
import type { Clock } from '../clock.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { diskError, errorName } from '../files.ts'
import { limits } from '../limits.ts'
import type { Log, Redact } from '../log.ts'
import { shortened } from '../short-text.ts'
import { type Counted, recalled, type Recalled } from './audit-recall.ts'

export interface Decision {
  /** `free`: no person was needed. */
  readonly verdict: 'free' | 'approved' | 'refused'
  readonly why: string
  /** It reaches beyond ordinary workspace files: its arguments are kept in words, not as a digest alone. */
  readonly acts: boolean
  /** `limits.actsPerHour` counts it. */
  readonly counts: boolean
}

export interface AuditedCall extends Decision {
  readonly channel: string
  readonly chat: string
  /** The id of the person; never a name. */
  readonly sender: string
  readonly tool: string
  /** JSON text. */
  readonly args: string
}

export interface AuditedEnd {
  /** From the call to its result, with the waiting for a person. */
  readonly ms: number
  /** Absent where it went well. */
  readonly error?: string
}

export interface AuditedCommand {
  readonly channel: string
  readonly chat: string
  readonly sender: string
  /** As it was given, for example `/pair revoke bob`. */
  readonly command: string
  readonly ok: boolean
  /** What was answered. */
  readonly said: string
}

/** A message of a guest, which counts. */
export interface AuditedGuest {
  readonly channel: string
  readonly chat: string
  readonly sender: string
}

/** What calls need of it. */
export type CallAudit = Pick<Audit, 'begin' | 'note'>

/**
 * state/audit.jsonl: who let what happen. It only grows, and what has grown to its bound becomes `audit.jsonl.1`, which
 * pushes the older ones on. A call is one line; one that acts is a line before it runs, on the disk, and one behind it.
 */
export class Audit {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #redact: Redact
  #file: AppendFile | undefined
  #last: Promise<unknown> = Promise.resolve()
  #hasFailed = false
  #count = 0

  constructor(options: { readonly path: string; readonly clock: Clock; readonly log: Log; readonly redact: Redact }) {
    this.#path = options.path
    this.#clock = options.clock
    this.#log = options.log
    this.#redact = options.redact
  }

  /**
   * Records a call that acts. It may run once this resolves; it must not when this rejects with `disk`. What is
   * answered records how it ended.
   */
  async begin(call: AuditedCall): Promise<(end: AuditedEnd) => void> {
    const id = `${this.#clock.nowMs().toString(36)}-${(this.#count++).toString(36)}`
    try {
      await this.#append({ id, ...this.#described(call) }, true)
    } catch (error) {
      const why = isPincerError(error) ? error.message : sentenceOf(error)
      throw new PincerError('disk', `${call.tool} was not run, because it could not be recorded. ${why}`, {
        cause: error,
      })
    }
    return (end) => this.#note({ of: id, ...ending(end) })
  }

  /** Records a call in one line when it is over. Nothing waits for it, and a disk that refuses is only logged. */
  note(call: AuditedCall, end: AuditedEnd): void {
    this.#note({ ...this.#described(call), ...ending(end) })
  }

  /** Records a command that changes who or what may act. */
  command({ channel, chat, sender, command, ok, said }: AuditedCommand): void {
    const answer = capped(said)
    this.#note({ channel, chat, sender, command: capped(command), result: ok ? 'ok' : 'failed', said: answer })
  }

  /** Records that a guest wrote. */
  guest({ channel, chat, sender }: AuditedGuest): void {
    this.#note({ channel, chat, sender, guest: true })
  }

  /** What was recorded after `sinceMs` (wall clock) and counts, also by earlier processes. Rejects with `disk`. */
  async since(sinceMs: number, what: Counted): Promise<readonly Recalled[]> {
    await this.#last
    const found: Recalled[] = []
    for (let index = 0; index <= limits.auditArchivesMax; index++) {
      const path = index === 0 ? this.#path : `${this.#path}.${index}`
      try {
        // Read whole, also one that another time has touched: what is damaged in it costs its own line alone.
        if ((await fs.promises.stat(path)).mtimeMs < sinceMs) break
        const text = await fs.promises.readFile(path, 'utf8')
        for (const line of text.split('\n')) {
          const each = recalled(line, what)
          if (each !== undefined && each.atMs > sinceMs) found.push(each)
        }
      } catch (error) {
        if (errorName(error) === 'ENOENT') break
        throw diskError('read', path, error)
      }
    }
    return found
  }

  async close(): Promise<void> {
    await this.#last
    await this.#file?.close()
    this.#file = undefined
  }

  #described({ channel, chat, sender, tool, args, acts, counts, verdict, why }: AuditedCall): object {
    const clean = this.#redact(args)
    return {
      channel,
      chat,
      sender,
      tool,
      sha256: hash('sha256', clean),
      ...(acts ? { args: capped(clean) } : {}),
      ...(counts ? { counts } : {}),
      decision: verdict,
      ...(verdict === 'free' || why === '' ? {} : { why: capped(why) }),
    }
  }

  #note(record: object): void {
    void this.#tryToAppend(record)
  }

  async #tryToAppend(record: object): Promise<void> {
    try {
      await this.#append(record, false)
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed) this.#log.error('audit', `What was done is not recorded: ${sentenceOf(error)}`)
      this.#hasFailed = true
    }
  }

  #append(record: object, sync: boolean): Promise<void> {
    const line = this.#redact(JSON.stringify({ at: new Date(this.#clock.nowMs()).toISOString(), ...record }))
    const before = this.#last
    const write = async (): Promise<void> => {
      await before
      const file = await this.#opened(line.length)
      await file.append([line], { sync })
    }
    const work = write()
    this.#last = work.catch(() => undefined)
    return work
  }

  /** Opened with the first line: a daemon that only talks has no audit. */
  async #opened(bytes: number): Promise<AppendFile> {
    if (this.#file !== undefined && this.#file.sizeBytes + bytes > limits.auditFileBytesMax) {
      await this.#file.close()
      this.#file = undefined
      await this.#rotate()
    }
    if (this.#file === undefined) {
      const { file } = await AppendFile.open(this.#path, { onLine: () => undefined, tailBytes: 0 })
      this.#file = file
    }
    return this.#file
  }

  /** The oldest name is written over, so that nothing is ever without a name. */
  async #rotate(): Promise<void> {
    for (let index: number = limits.auditArchivesMax; index >= 1; index--) {
      const from = index === 1 ? this.#path : `${this.#path}.${index - 1}`
      try {
        await fs.promises.rename(from, `${this.#path}.${index}`)
      } catch (error) {
        if (errorName(error) !== 'ENOENT') throw diskError('rename', from, error)
      }
    }
  }
}

function ending({ ms, error }: AuditedEnd): object {
  return { result: error === undefined ? 'ok' : 'failed', ms, ...(error === undefined ? {} : { error: capped(error) }) }
}

function capped(text: string): string {
  return shortened(text, limits.auditTextCharsMax)
}
