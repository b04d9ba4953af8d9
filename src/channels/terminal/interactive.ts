import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import { sentenceOf } from '../../errors.ts'
import type { Redact } from '../../log.ts'
import type { Completions } from './completion.ts'
import { addToHistory, loadHistory } from './history.ts'
import { InteractivePeer } from './interactive-peer.ts'
import { choosePaint } from './paint.ts'
import { printableLine } from './printable.ts'
import type { ExitCode } from './script-mode.ts'
import type { OpenLink } from './terminal-peer.ts'
import { wrapText } from './wrapping.ts'

export interface InteractiveOptions {
  readonly openLink: OpenLink
  /** Terminal streams; `input` may have `setRawMode`. */
  readonly input: Readable
  readonly output: Writable & { readonly columns?: number }
  readonly error: Writable
  readonly clock: Clock
  /** Printed before anything else. */
  readonly greeting: readonly string[]
  /** TERM and NO_COLOR are read. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly historyPath: string
  readonly redact: Redact
  readonly completions: Completions
  /** Aborted: leave now, with the terminal as it was found. */
  readonly signal: AbortSignal
}

/** Talks with a person at a terminal until they leave (0) or the link ends or cannot be opened (1, or rejects). */
export async function runInteractive(options: InteractiveOptions): Promise<ExitCode> {
  // A terminal that is gone also emits `error`; the failed write has told us already.
  options.output.on('error', () => undefined)
  const history = await loadHistory(options.historyPath)
  options.output.write(`${wrapText(options.greeting.join('\n'), options.output.columns)}\n`)
  const peer = new InteractivePeer({ ...options, history, paint: choosePaint(options.environment) })
  const leave = (): void => peer.leave(0)
  options.signal.addEventListener('abort', leave, { once: true })
  if (options.signal.aborted) leave()
  try {
    return await peer.talk(options.openLink)
  } finally {
    options.signal.removeEventListener('abort', leave)
    await keepHistory(options, peer.typed)
  }
}

async function keepHistory(options: InteractiveOptions, typed: readonly string[]): Promise<void> {
  if (typed.length === 0) return
  try {
    await addToHistory(options.historyPath, typed)
  } catch (error) {
    options.error.write(`What you typed is not in the history. ${printableLine(sentenceOf(error))}\n`)
  }
}
