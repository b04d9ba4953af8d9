import type { Clock, Timer } from './clock.ts'
import { sentenceOf } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { loadPart } from './parts.ts'
import type { ShellOptions } from './tools/shell.ts'
import type { Tool } from './tools/tool.ts'

type State =
  | { readonly kind: 'untried' }
  | { readonly kind: 'works'; readonly boundary: string }
  | { readonly kind: 'fails'; readonly sentence: string; readonly atMs: number }

/** Debian's, and that of every board image made from it. Nothing that could come before it on a PATH is asked. */
export const bubblewrapProgram = '/usr/bin/bwrap'

/**
 * The shell, offered once its sandbox was tried out: by a daemon a moment after its start, and sooner where an owner's turn or /status comes first. It takes about 0.1 s.
 */
export class Shell {
  readonly #options: ShellOptions | undefined
  readonly #offer: (tool: Tool) => void
  readonly #tellOwner: (sentence: string) => void
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopping = new AbortController()
  #state: State = { kind: 'untried' }
  #trying: Promise<void> | undefined
  #soon: Timer | undefined

  /** Without `options` the shell is off, and nothing is ever loaded. `tellOwner` is told why there is none, once. */
  constructor(parts: {
    readonly options: ShellOptions | undefined
    readonly offer: (tool: Tool) => void
    readonly tellOwner: (sentence: string) => void
    readonly clock: Clock
    readonly log: Log
  }) {
    this.#options = parts.options
    this.#offer = parts.offer
    this.#tellOwner = parts.tellOwner
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** Once the channels have started: tries the sandbox out a moment later, where no turn did so until then. */
  proveSoon(): void {
    if (this.#options === undefined) return
    this.#soon = this.#clock.after(limits.shellFirstProofMs, () => void this.ready())
  }

  /** Before a turn: tries the sandbox out where that was not done, or failed a while ago. Never rejects. */
  async ready(): Promise<void> {
    const state = this.#state
    const isDue = state.kind === 'fails' && this.#clock.monotonicMs() - state.atMs >= limits.shellTryAgainMs
    if (state.kind === 'untried' || isDue) await this.#try()
  }

  /** For /status: what commands run in, or why there is no shell. What has failed is tried once more: it may be mended. */
  async line(): Promise<string> {
    if (this.#options === undefined) return 'Shell: off (shell.policy).'
    if (this.#state.kind !== 'works') await this.#try()
    switch (this.#state.kind) {
      case 'works':
        return `Shell: ${this.#options.settings.policy}; ${this.#state.boundary}.`
      case 'fails':
        return `Shell: not offered. ${this.#state.sentence}`
      case 'untried':
        return 'Shell: not tried out yet.'
    }
  }

  async stop(): Promise<void> {
    this.#soon?.cancel()
    this.#stopping.abort()
    await this.#trying
  }

  #try(): Promise<void> {
    this.#trying ??= this.#prove().finally(() => (this.#trying = undefined))
    return this.#trying
  }

  async #prove(): Promise<void> {
    if (this.#options === undefined || this.#stopping.signal.aborted) return
    try {
      const { proveShell } = await loadPart('shell')
      const { tool, boundary } = await proveShell(this.#options, this.#stopping.signal)
      this.#state = { kind: 'works', boundary }
      this.#offer(tool)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      const sentence = sentenceOf(error)
      if (this.#state.kind === 'untried') {
        const told = `The shell is not offered. ${sentence}`
        this.#log.warn('shell', told)
        this.#tellOwner(told)
      }
      this.#state = { kind: 'fails', sentence, atMs: this.#clock.monotonicMs() }
    }
  }
}
