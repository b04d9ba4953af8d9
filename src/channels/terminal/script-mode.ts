import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import { isPincerError, PincerError, sentenceOf } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { LineSplitter } from './line-splitter.ts'
import { printable, printableLine } from './printable.ts'
import { ScriptPeer } from './script-peer.ts'
import { messageFault, type OpenLink, type TerminalLink } from './terminal-peer.ts'
import { writeText } from './write-text.ts'

/** 0: done. 1: something failed. */
export type ExitCode = 0 | 1

export interface ScriptOptions {
  readonly openLink: OpenLink
  readonly output: Writable
  readonly error: Writable
  readonly clock: Clock
  /** Aborted: leave now. */
  readonly signal: AbortSignal
}

/** One message, its reply on `output` and nothing else. */
export function runOnce(options: ScriptOptions & { readonly text: string }): Promise<ExitCode> {
  const peer = createPeer(options)
  return withLink(options, peer, async (link, note) => {
    const reply = await peer.exchange(link, options.text, { clock: options.clock, onFull: noteFullOnce(note) })
    return reply.failed ? 1 : 0
  })
}

/** Each non-empty line of `input` is a message, sent once the one before it was answered. Only replies go to `output`. */
export function runPiped(options: ScriptOptions & { readonly input: Readable }): Promise<ExitCode> {
  const peer = createPeer(options)
  return withLink(options, peer, async (link, note) => {
    let exitCode: ExitCode = 0
    let faults = 0
    const lines = readMessages(options.input)
    try {
      for (;;) {
        const next = await peer.orOver(lines.next())
        if (next.done === true || ('text' in next.value && next.value.text === '/quit')) return exitCode
        if ('fault' in next.value) {
          exitCode = 1
          note(next.value.fault)
          if (++faults < limits.scriptFaultyLinesMax) continue
          note('That is too much for a text: the rest of the input is not read.')
          return exitCode
        }
        const waiting = { clock: options.clock, onFull: noteFullOnce(note) }
        const reply = await peer.exchange(link, next.value.text, waiting)
        if (reply.failed) exitCode = 1
      }
    } finally {
      // An input that nobody reads any more must not hold the process.
      options.input.destroy()
    }
  })
}

/** What is no reply to this script, of an earlier message or of another terminal, must not look like one. */
function createPeer({ output, error }: ScriptOptions): ScriptPeer {
  return new ScriptPeer((message, isReply) =>
    isReply
      ? writeText(output, `${printable(message.text)}\n`)
      : writeText(error, `Not a reply to this input: ${printable(message.text)}\n`),
  )
}

type Note = (sentence: string) => void

async function withLink(
  options: ScriptOptions,
  peer: ScriptPeer,
  talk: (link: TerminalLink, note: Note) => Promise<ExitCode>,
): Promise<ExitCode> {
  // A stream whose reader has gone also emits `error`; the failed write has told us already.
  options.output.on('error', () => undefined)
  options.error.on('error', () => undefined)
  const note: Note = (sentence) => void options.error.write(`${printableLine(sentence)}\n`)
  const leave = (): void => peer.ended('Stopped before the reply came.')
  options.signal.addEventListener('abort', leave, { once: true })
  const link = await options.openLink(peer)
  try {
    if (options.signal.aborted) leave()
    return await talk(link, note)
  } catch (error) {
    if (!isPincerError(error)) throw error
    if (!peer.outputGone) note(sentenceOf(error))
    return 1
  } finally {
    options.signal.removeEventListener('abort', leave)
    await link.close()
  }
}

function noteFullOnce(note: Note): () => void {
  let told = false
  return () => {
    if (!told) note(`${limits.busMessagesMax} messages are waiting already: this one is sent as soon as there is room.`)
    told = true
  }
}

type Message = { readonly text: string } | { readonly fault: string }

async function* readMessages(input: Readable): AsyncGenerator<Message> {
  // A character takes up to three bytes for each UTF-16 unit that is counted in `inboundTextCharsMax`.
  const splitter = new LineSplitter(limits.inboundTextCharsMax * 3)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  const messageOf = (line: ReturnType<LineSplitter['push']>[number]): Message | undefined => {
    number++
    if (line.kind === 'too-long') {
      return { fault: `Line ${number} is longer than ${limits.inboundTextCharsMax} characters and was left out.` }
    }
    try {
      const text = decoder.decode(line.bytes).trim()
      if (text === '') return undefined
      const fault = messageFault(text)
      return fault === undefined ? { text } : { fault: `Line ${number} was left out. ${fault}` }
    } catch {
      return { fault: `Line ${number} is not UTF-8 text and was left out: convert the input with iconv.` }
    }
  }
  const messagesOf = (lines: ReturnType<LineSplitter['push']>): Message[] =>
    lines.map(messageOf).filter((message) => message !== undefined)
  try {
    const chunks: AsyncIterable<unknown> = input
    for await (const chunk of chunks) {
      yield* messagesOf(splitter.push(Buffer.from(chunk instanceof Uint8Array ? chunk : String(chunk))))
    }
  } catch (cause) {
    throw new PincerError('file', `The input cannot be read: ${sentenceOf(cause)}.`, { cause })
  }
  yield* messagesOf(splitter.end())
}
