import type { Socket } from 'node:net'
import { LineSplitter } from '../channels/terminal/line-splitter.ts'
import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { dialControl } from './control-dial.ts'
import { formatLine, parseFromServer, protocolVersion, type Request } from './control-protocol.ts'

export interface DaemonAnswer {
  readonly text: string
  /** True when what was asked could not be done; `text` says why. */
  readonly failed: boolean
}

/** Asks the process that serves `home` for one thing. Rejects with `home` when none answers. */
export async function askDaemon(options: {
  readonly home: string
  readonly request: Request
  readonly clock: Clock
}): Promise<DaemonAnswer> {
  const { home, request, clock } = options
  const socket = await dialControl(home, wordsOf(request))
  if (socket === 'none') {
    throw new PincerError(
      'home',
      `No Pincer serves ${home}, so there is nobody to ask: start it with \`pincer --home ${home} run\`.`,
    )
  }
  const answer = Promise.withResolvers<DaemonAnswer>()
  const timer = clock.after(limits.controlAnswerMs, () => {
    const sentence = `The Pincer that serves ${home} did not answer within ${limits.controlAnswerMs / 1_000} s: it may be stuck, so restart it.`
    answer.reject(new PincerError('home', sentence))
  })
  readAnswer(socket, answer)
  socket.write(formatLine({ type: 'request', version: protocolVersion, request }))
  try {
    return await answer.promise
  } finally {
    timer.cancel()
    socket.destroy()
  }
}

function readAnswer(socket: Socket, answer: PromiseWithResolvers<DaemonAnswer>): void {
  const splitter = new LineSplitter(limits.controlLineBytesMax)
  socket.on('data', (chunk: Buffer) => {
    for (const line of splitter.push(chunk)) {
      const read = line.kind === 'line' ? answerOf(line.bytes) : undefined
      if (read === undefined) answer.reject(new PincerError('home', notUnderstood))
      else answer.resolve(read)
    }
  })
  socket.on('error', () => undefined)
  socket.on('close', () =>
    answer.reject(
      new PincerError(
        'home',
        'The connection to the daemon was lost before it answered: run this again, and look at its log if that repeats.',
      ),
    ),
  )
}

const notUnderstood = 'The daemon answered what this program does not understand: restart the daemon.'

function answerOf(line: Buffer): DaemonAnswer | undefined {
  try {
    const message = parseFromServer(line)
    if (message.type === 'reply') return { text: message.text, failed: message.failed }
    // Turned away, for example because it is stopping.
    if (message.type === 'ended') return { text: message.sentence, failed: true }
  } catch {
    return undefined
  }
  return undefined
}

/** As one types it. */
function wordsOf(request: Request): string {
  switch (request.name) {
    case 'status':
      return 'status'
    case 'send':
      return 'send TEXT'
    case 'jobs':
      return `jobs ${request.words}`.trim()
    case 'trigger':
      return `trigger ${request.trigger}`
    case 'pair':
      return `pair ${request.words}`
  }
}
