import { PassThrough, Writable } from 'node:stream'
import type { Acceptance, Inbound, Outbound } from '../../src/bus/message.ts'
import type { Intake } from '../../src/channels/channel.ts'
import { TerminalChannel } from '../../src/channels/terminal/terminal-channel.ts'
import type { TerminalPeer } from '../../src/channels/terminal/terminal-peer.ts'
import { FakeClock, settle } from './fake-clock.ts'

export const owner = { id: '1000', name: 'ada', role: 'owner' } as const

/** An intake that remembers, and answers as it is told. */
export class FakeIntake implements Intake {
  readonly accepted: Inbound[] = []
  /** Taken from the front; `accepted` when empty. */
  readonly next: (Acceptance | Error)[] = []

  accept(message: Inbound): Promise<Acceptance> {
    const answer = this.next.shift() ?? 'accepted'
    if (answer instanceof Error) return Promise.reject(answer)
    if (answer === 'accepted') this.accepted.push(message)
    return Promise.resolve(answer)
  }
}

/** A peer that remembers what it is told. Its writes finish when the test says so, or at once. */
export class FakePeer implements TerminalPeer {
  readonly interactive: boolean
  /** Texts that were handed over, written or not. */
  readonly offered: string[] = []
  readonly seen: string[] = []
  readonly questions: { readonly id: string; readonly action: string }[] = []
  readonly withdrawn: string[] = []
  /** How questions ended, in words. */
  readonly endWords: string[] = []
  readonly activities: string[] = []
  readonly endings: string[] = []
  /** What a write waits for. */
  gate: Promise<void> = Promise.resolve()

  constructor(interactive = true) {
    this.interactive = interactive
  }

  async outbound(message: Outbound): Promise<void> {
    this.offered.push(message.text)
    await this.gate
    this.seen.push(message.text)
  }

  activity(activity: { readonly kind: string }): void {
    this.activities.push(activity.kind)
  }

  question(id: string, question: { readonly action: string }): void {
    this.questions.push({ id, action: question.action })
  }

  withdraw(id: string, words: string): void {
    this.withdrawn.push(id)
    this.endWords.push(words)
  }

  ended(sentence: string): void {
    this.endings.push(sentence)
  }
}

let count = 0

export function outboundOf(text: string, more: Partial<Outbound> = {}): Outbound {
  return { id: `out-${++count}`, channel: 'terminal', chat: 'local', text, answers: [], failed: false, ...more }
}

/** A started terminal channel on a fake clock. */
export async function startTerminal(): Promise<{ channel: TerminalChannel; clock: FakeClock; intake: FakeIntake }> {
  const clock = new FakeClock()
  const intake = new FakeIntake()
  const channel = new TerminalChannel({ person: owner, clock })
  await channel.start(intake)
  return { channel, clock, intake }
}

/** Waits until `isSo`, for what the kernel does between two sockets. What never comes fails after a minute. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 60_000
  while (performance.now() < endMs) {
    if (isSo()) return
    await settle()
  }
  throw new Error(`It never happened: ${what}`)
}

/** A stream that keeps what was written to it, and may be told to fail as a closed pipe does. */
export class KeptOutput extends Writable {
  text = ''
  broken: false | 'EPIPE' | 'ENOSPC' = false
  columns: number
  readonly isTTY = true

  constructor(columns = 80) {
    super()
    this.columns = columns
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.broken !== false) {
      done(Object.assign(new Error(`write ${this.broken}`), { code: this.broken }))
      return
    }
    this.text += chunk.toString()
    done()
  }
}

/** A keyboard: a terminal's input stream. */
export class Keyboard extends PassThrough {
  readonly isTTY = true
  raw = false
  /** As after a hang-up: the terminal cannot be set any more. */
  gone = false

  setRawMode(raw: boolean): void {
    if (this.gone) throw new Error('setRawMode EIO')
    this.raw = raw
  }
}
