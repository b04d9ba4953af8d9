import type { Clock } from '../clock.ts'
import type { AuditedEnd, CallAudit, Decision } from './audit.ts'

/** One call on its way into the audit: what was decided, that it begins, how it ended. */
export class CallRecord {
  readonly #audit: CallAudit
  readonly #clock: Clock
  readonly #call: { readonly channel: string; readonly chat: string; readonly sender: string; readonly tool: string }
  readonly #args: string
  readonly #startedMs: number
  /** What stays as it is was refused before anything was decided: no such tool, wrong arguments. */
  #decided: Decision = { verdict: 'refused', why: '', acts: false, counts: false }
  #end: ((end: AuditedEnd) => void) | undefined

  constructor(options: {
    readonly audit: CallAudit
    readonly clock: Clock
    readonly channel: string
    readonly chat: string
    readonly sender: string
    readonly tool: string
    /** JSON text, as the model or the command wrote it. */
    readonly args: string
  }) {
    const { audit, clock, channel, chat, sender, tool, args } = options
    this.#audit = audit
    this.#clock = clock
    this.#call = { channel, chat, sender, tool }
    this.#args = args
    this.#startedMs = clock.monotonicMs()
  }

  decided(decision: Decision): void {
    this.#decided = decision
  }

  /** Puts it on the disk that the call begins. Rejects with `disk`: it must not begin then. */
  async begin(): Promise<void> {
    this.#end = await this.#audit.begin({ ...this.#call, args: this.#args, ...this.#decided })
  }

  /** `text` is what the model is told. */
  end({ failed, text }: { readonly failed: boolean; readonly text: string }): void {
    const ms = this.#clock.monotonicMs() - this.#startedMs
    const end = { ms, ...(failed ? { error: text } : {}) }
    if (this.#end === undefined) this.#audit.note({ ...this.#call, args: this.#args, ...this.#decided }, end)
    else this.#end(end)
  }
}
