import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Inbound } from '../../src/bus/message.ts'
import type { Program } from './whole-program.ts'
import { journalFaults, keysOfCalls, sessionFaults } from './witnessed-files.ts'

/** What the witnessed program says on its third file descriptor. */
type Heard =
  | { readonly event: 'operation'; readonly name: string }
  | { readonly event: 'started' }
  | { readonly event: 'accepted'; readonly id: string; readonly acceptance?: string }
  | { readonly event: 'asked'; readonly texts: readonly string[] }
  | { readonly event: 'effect'; readonly token: string }
  | {
      readonly event: 'delivered'
      readonly id: string
      readonly chat: string
      readonly text: string
      readonly answers: readonly string[]
    }
  | { readonly event: 'log'; readonly line: string }
  | { readonly event: 'stopped'; readonly faults: readonly string[] }

interface Known {
  readonly message: Inbound
  acknowledged: boolean
  readonly answers: Map<string, string>
  /** The power was cut in the life in which it was answered: the same answer may come once more. */
  answeredBeforeCut: boolean
}

export interface Life {
  /** The program is killed at this operation on the disk, in this way. */
  readonly killAt?: { readonly operation: number; readonly how: string }
  /** What was not synced is lost with it. */
  readonly cutPower?: boolean
  /** The program is killed when it has said so many lines. */
  readonly killAfterLines?: number
  /** Messages to send when it has started. */
  readonly first?: readonly Inbound[]
  /** Messages to send when it first changes something: they meet a running turn. */
  readonly later?: readonly Inbound[]
}

/** A program that says nothing for so long hangs: its messages are lost to the person, who waits. */
const silenceMaxMs = 120_000

/**
 * Stands outside the program, remembers all that it was told before each kill, and judges: what was acknowledged is
 * answered, what was changed is changed once, what was answered is not answered again.
 */
export class Witness {
  readonly faults: string[] = []
  readonly operations: string[] = []
  kills = 0
  repeats = 0
  notices = 0
  readonly #home: string
  readonly #program: Program
  readonly #errorsExpected: RegExp | undefined
  readonly #known = new Map<string, Known>()
  readonly #effects = new Map<string, number>()
  readonly #delivered = new Map<string, number>()
  /** Keys of messages whose turn had journalled a changing call, with the life in which that was seen. */
  readonly #startedCalls = new Map<string, number>()
  /** The last delivery of each chat in a life that was killed: it may not be marked yet. */
  #inFlight = new Set<string>()
  #lastDelivered = new Map<string, string>()
  #life = 0

  /** `errors`: sentences at the level of an error that the program is expected to log. */
  constructor(options: { readonly home: string; readonly program: Program; readonly errors?: RegExp }) {
    this.#home = options.home
    this.#program = options.program
    this.#errorsExpected = options.errors
  }

  get messages(): number {
    return this.#known.size
  }

  get effects(): number {
    return this.#effects.size
  }

  /** Starts the program, speaks with it until it is killed or everything is answered, and answers which it was. */
  async live(life: Life = {}): Promise<'killed' | 'finished'> {
    this.#life++
    // Written down before the program starts: what it dies too early to take is sent in a later life.
    const late = this.#unacknowledged()
    for (const message of [...(life.first ?? []), ...(life.later ?? [])]) {
      this.#known.set(message.id, { message, acknowledged: false, answers: new Map(), answeredBeforeCut: false })
    }
    const child = this.#spawn(life)
    const later = [...(life.later ?? [])]
    let linesHeard = 0
    let killed = false
    const kill = (): void => {
      killed = true
      child.kill('SIGKILL')
    }
    const onSilence = (): void => {
      this.faults.push(`life ${this.#life}: it hangs; not answered: ${this.#unanswered().join(', ')}`)
      kill()
    }
    let silence = setTimeout(onSilence, silenceMaxMs)
    const hear = (line: string): void => {
      clearTimeout(silence)
      silence = setTimeout(onSilence, silenceMaxMs)
      const heard = JSON.parse(line) as Heard
      this.#hear(heard)
      if (++linesHeard === life.killAfterLines) kill()
      if (heard.event === 'started') this.#feed(child, [...late, ...(life.first ?? [])])
      if (heard.event === 'effect' || heard.event === 'delivered') this.#feed(child, later.splice(0))
      const idle = this.#unanswered().length === 0 && later.length === 0
      if (idle && (heard.event === 'delivered' || heard.event === 'started')) child.stdin?.end()
    }
    createInterface({ input: child.stdio[3] as NodeJS.ReadableStream }).on('line', hear)
    // A program that was killed just now takes no more: the message is sent again, as it was not acknowledged.
    child.stdin?.on('error', () => undefined)
    let complaint = ''
    child.stderr?.on('data', (text: Buffer) => (complaint += text.toString()))
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (code, signal) => resolve([code, signal])),
    )
    clearTimeout(silence)
    if (signal === 'SIGKILL') killed = true
    else if (code !== 0) this.faults.push(`life ${this.#life}: it ended with ${code ?? signal}: ${complaint}`)
    this.#readCalls()
    // What was in flight and did not come again in this life is in flight still.
    const open = [...this.#inFlight].filter((id) => this.#delivered.get(id) !== this.#life)
    this.#inFlight = new Set(killed ? [...open, ...this.#lastDelivered.values()] : [])
    if (killed && life.cutPower === true) this.#noteCut()
    this.#lastDelivered = new Map()
    if (killed) this.kills++
    return killed ? 'killed' : 'finished'
  }

  /** To be called when the program has finished undisturbed: everything must be answered and the files whole. */
  judge(): readonly string[] {
    for (const [id, { message, acknowledged, answers, answeredBeforeCut }] of this.#known) {
      if (!acknowledged) this.faults.push(`${id} was never acknowledged`)
      if (answers.size === 0) this.faults.push(`${id} was lost: "${message.text.slice(0, 40)}"`)
      const texts = new Set(answers.values())
      if (answeredBeforeCut ? texts.size > 1 : answers.size > 1)
        this.faults.push(`${id} was answered ${answers.size} times: ${[...answers.values()].join(' / ')}`)
      for (const text of answers.values()) this.#judgeAnswer(message, text)
    }
    const messages = [...this.#known.values()].map((each) => each.message)
    this.faults.push(...sessionFaults(this.#home, messages), ...journalFaults(this.#home))
    return this.faults
  }

  /** That a reply was delivered is not worth an fsync: each one of this life may come again. */
  #noteCut(): void {
    for (const [id, life] of this.#delivered) if (life === this.#life) this.#inFlight.add(id)
    for (const known of this.#known.values()) if (known.answers.size > 0) known.answeredBeforeCut = true
  }

  #spawn(life: Life): ChildProcess {
    const { killAt, cutPower } = life
    return spawn(this.#program.command, [...this.#program.words, this.#home], {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: {
        ...this.#program.environment,
        ...(cutPower === true ? { KILL_POWER: '1' } : {}),
        ...(killAt === undefined ? { KILL_TELL: '1' } : { KILL_AT: String(killAt.operation), KILL_HOW: killAt.how }),
      },
    })
  }

  #feed(child: ChildProcess, messages: readonly Inbound[]): void {
    for (const message of messages) child.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  #hear(heard: Heard): void {
    switch (heard.event) {
      case 'operation':
        this.operations.push(heard.name)
        break
      case 'accepted': {
        const known = this.#known.get(heard.id)
        if (known && heard.acceptance !== 'full') known.acknowledged = true
        break
      }
      case 'effect': {
        const before = this.#effects.get(heard.token)
        if (before !== undefined) this.faults.push(`${heard.token} was changed in life ${before} and ${this.#life}`)
        this.#effects.set(heard.token, this.#life)
        break
      }
      case 'asked':
        this.#judgeRun(heard.texts)
        break
      case 'delivered':
        this.#judgeDelivery(heard)
        break
      case 'stopped':
        this.faults.push(...heard.faults.map((fault) => `the model refused: ${fault}`))
        break
      case 'log':
        if (heard.line.startsWith('error') && this.#errorsExpected?.test(heard.line) !== true)
          this.faults.push(`life ${this.#life}: ${heard.line}`)
        break
      case 'started':
        break
    }
  }

  /** A message is run again only when no changing call of its turn had started in an earlier life. */
  #judgeRun(texts: readonly string[]): void {
    for (const { message, answers } of this.#known.values()) {
      if (answers.size > 0 && texts.includes(message.text))
        this.faults.push(`${message.id} is run again in life ${this.#life} though it had been answered`)
      const started = this.#startedCalls.get(`witness/${message.id}`)
      if (started === undefined || started === this.#life || !texts.includes(message.text)) continue
      this.faults.push(`${message.id} is run in life ${this.#life} though it had started to change in life ${started}`)
    }
  }

  #judgeDelivery(heard: Heard & { readonly event: 'delivered' }): void {
    if (this.#delivered.has(heard.id)) {
      this.repeats++
      if (!this.#inFlight.has(heard.id)) this.faults.push(`"${heard.text}" was repeated though it was not in flight`)
    }
    this.#delivered.set(heard.id, this.#life)
    this.#lastDelivered.set(heard.chat, heard.id)
    if (!heard.text.startsWith('done: ')) this.notices++
    for (const id of heard.answers) this.#known.get(id)?.answers.set(heard.id, heard.text)
  }

  /** An answer names its message; a notice names all that was changed, and claims nothing else as done. */
  #judgeAnswer(message: Inbound, text: string): void {
    const token = /^do (\S+)/.exec(message.text)?.[1] ?? message.id
    if (message.text.startsWith('/')) return
    if (!text.includes(token)) this.faults.push(`${message.id} was answered with "${text}"`)
    if (text.startsWith('done: ')) return
    const changed = [...this.#effects.keys()].filter((each) => each.startsWith(`${token}-`))
    for (const each of changed) if (!text.includes(`"${each}"`)) this.faults.push(`"${text}" does not tell of ${each}`)
    const claimed = /Already run: ([^]*?)\. (?:Started|I repeat)/.exec(text)?.[1] ?? ''
    for (const [, each = ''] of claimed.matchAll(/"token":"([^"]+)"/g)) {
      if (!this.#effects.has(each)) this.faults.push(`"${text}" claims ${each}, which never happened`)
    }
  }

  #unacknowledged(): Inbound[] {
    return [...this.#known.values()].filter((each) => !each.acknowledged).map((each) => each.message)
  }

  #unanswered(): string[] {
    return [...this.#known].filter(([, each]) => each.answers.size === 0).map(([id]) => id)
  }

  /** Reads from the journal, between two lives, which turns had started to change something. */
  #readCalls(): void {
    for (const key of keysOfCalls(this.#home)) if (!this.#startedCalls.has(key)) this.#startedCalls.set(key, this.#life)
  }
}
