import { StringDecoder } from 'node:string_decoder'
import type { FromGuest, ToGuest } from './protocol.ts'

export interface ProgramOptions {
  /** Beside what the agent itself has: PATH, HOME and TMPDIR. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface ProgramEnd {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** How much of what a program wrote is shown where it has failed: the last of it. */
const shownCharacters = 4_000

/** A program that runs in the guest. */
export class GuestProgram {
  readonly id: number
  /** How it ended, with all that it wrote. A power cut ends it with SIGKILL. */
  readonly ended: Promise<ProgramEnd>
  /** Its process number in the guest. */
  readonly pid: Promise<number>
  readonly #say: (message: ToGuest) => void
  readonly #output = { stdout: '', stderr: '' }
  /** A letter of several bytes may come in two pieces. */
  readonly #letters = { stdout: new StringDecoder(), stderr: new StringDecoder() }
  readonly #end = Promise.withResolvers<ProgramEnd>()
  readonly #pid = Promise.withResolvers<number>()
  readonly #timer: NodeJS.Timeout
  #watchers: (() => void)[] = []
  #hasEnded = false

  constructor(
    command: readonly string[],
    id: number,
    say: (message: ToGuest) => void,
    { env = {}, cwd = '/' }: ProgramOptions,
    timeoutMs: number,
  ) {
    this.id = id
    this.#say = say
    this.ended = this.#end.promise
    this.pid = this.#pid.promise
    // One who only looks at the output has no part in how it ends.
    this.ended.catch(() => {})
    this.#timer = setTimeout(() => {
      this.kill('SIGKILL')
      this.#end.reject(new Error(`${command.join(' ')} did not end in time. ${this.#lastWords()}`))
    }, timeoutMs)
    say({ does: 'start', id, command, env, cwd })
  }

  get stdout(): string {
    return this.#output.stdout
  }

  get stderr(): string {
    return this.#output.stderr
  }

  /** Writes to its stdin. */
  type(text: string): void {
    this.#say({ does: 'input', id: this.id, bytes: Buffer.from(text).toString('base64') })
  }

  endInput(): void {
    this.#say({ does: 'end-input', id: this.id })
  }

  kill(signal: NodeJS.Signals): void {
    this.#say({ does: 'kill', id: this.id, signal })
  }

  /** Waits for a text in its output. One that ends before has failed. */
  async says(text: string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    while (!this.#output[stream].includes(text)) {
      if (this.#hasEnded) throw new Error(`It ended ${await this.#how()} before it said ${text}. ${this.#lastWords()}`)
      await new Promise<void>((resolve) => this.#watchers.push(resolve))
    }
  }

  async #how(): Promise<string> {
    const { code, signal } = await this.#end.promise
    return signal === null ? `with exit code ${code}` : `by ${signal}`
  }

  #lastWords(): string {
    const { stdout, stderr } = this.#output
    return `It said:\n${stdout.slice(-shownCharacters)}\n${stderr.slice(-shownCharacters)}`
  }

  told(message: Extract<FromGuest, { id: number }>): void {
    switch (message.tells) {
      case 'started':
        this.#pid.resolve(message.pid)
        break
      case 'output':
        this.#output[message.stream] += this.#letters[message.stream].write(Buffer.from(message.bytes, 'base64'))
        break
      case 'exited':
        clearTimeout(this.#timer)
        this.#hasEnded = true
        this.#end.resolve({ ...this.#output, code: message.code, signal: message.signal })
        break
    }
    const watchers = this.#watchers
    this.#watchers = []
    for (const look of watchers) look()
  }
}
