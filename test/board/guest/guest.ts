import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { Duplex } from 'node:stream'
import { wayOf } from '../jitter.ts'
import { GuestProgram, type ProgramOptions } from './guest-program.ts'
import type { FromGuest, ToGuest } from './protocol.ts'

const consoleKeptBytes = 20_000
/** The guest's end of the control line is a terminal, which takes nothing more once it has 4 KB that nobody read. */
const untakenBytesMax = 2_048

/** How a guest is powered on: a program of the host that is its kernel, or the emulator that runs it. */
export interface GuestCommand {
  readonly file: string
  /** Its console goes to stdout and stderr, the control line of the agent is its file descriptor 3. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly bootTimeoutMs: number
  /** A program in the guest that did not end by then is killed, and whoever waits for it is told. */
  readonly programTimeoutMs: number
}

export interface GuestSetup {
  readonly command: GuestCommand
  /** Where the sockets of its devices are. */
  readonly folder: string
}

/** One run of the guest, from power on to power cut. */
export class Guest {
  /** What the kernel and the first process said: shown where something fails. */
  #console = ''
  #isGone = false
  #isCut = false
  readonly #process: ChildProcess
  readonly #programTimeoutMs: number
  readonly #line: Duplex
  readonly #toGuest = wayOf('to the guest')
  readonly #fromGuest = wayOf('from the guest')
  #unsent = Buffer.alloc(0)
  #untakenBytes = 0
  readonly #gone: Promise<void>
  readonly #ready = Promise.withResolvers<void>()
  readonly #programs = new Map<number, GuestProgram>()
  readonly #ports = new Map<number, { readonly listens: PromiseWithResolvers<void>; readonly targetPort: number }>()
  readonly #wires = new Map<number, Socket>()

  private constructor(setup: GuestSetup) {
    const { command, folder } = setup
    this.#programTimeoutMs = command.programTimeoutMs
    // A test that is killed takes its guest with it.
    this.#process = spawn('setpriv', ['--pdeathsig=KILL', command.file, ...command.args], {
      cwd: folder,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own: helper processes are ended with it.
      detached: true,
    })
    const line = this.#process.stdio[3]
    if (!(line instanceof Duplex)) throw new Error('The control line of the guest is no socket.')
    this.#line = line
    // What it said before comes first.
    const last = () => new Promise<void>((resolve) => this.#fromGuest(resolve))
    this.#gone = once(this.#process, 'close')
      .then(last)
      .then(() => this.#end())
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (text: Buffer) => {
        this.#console = `${this.#console}${text.toString()}`.slice(-consoleKeptBytes)
      })
    // A power cut breaks the line: what waits for the guest is told of its end by that.
    this.#line.on('error', () => {})
    createInterface({ input: this.#line })
      .on('line', (text) => this.#fromGuest(() => this.#told(JSON.parse(text))))
      .on('error', () => {})
  }

  /** Powers a guest on. Done when the agent in it takes orders. */
  static async boot(setup: GuestSetup): Promise<Guest> {
    const guest = new Guest(setup)
    const { bootTimeoutMs } = setup.command
    const timer = setTimeout(
      () => guest.#ready.reject(new Error(`It took more than ${bootTimeoutMs} ms.`)),
      bootTimeoutMs,
    )
    try {
      await guest.#ready.promise
    } catch (error) {
      await guest.powerCut()
      throw new Error(`The virtual board did not start. Its console said:\n${guest.#console}`, { cause: error })
    } finally {
      clearTimeout(timer)
    }
    return guest
  }

  /** Starts a program of the host's files inside the guest. */
  start(command: readonly string[], options: ProgramOptions = {}): GuestProgram {
    const id = this.#programs.size + 1
    const program = new GuestProgram(command, id, (message) => this.#say(message), options, this.#programTimeoutMs)
    this.#programs.set(id, program)
    if (this.#isGone) program.told({ tells: 'exited', id, code: null, signal: 'SIGKILL' })
    return program
  }

  /** Connections to 127.0.0.1:`port` inside the guest come out at 127.0.0.1:`targetPort` outside. */
  async forward(port: number, targetPort: number): Promise<void> {
    const listens = Promise.withResolvers<void>()
    this.#ports.set(port, { listens, targetPort })
    this.#say({ does: 'listen', port })
    await listens.promise
  }

  /** Pulls the plug: nothing in the guest gets another moment. */
  async powerCut(): Promise<void> {
    this.#isCut = true
    const { pid } = this.#process
    if (pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null)
      process.kill(-pid, 'SIGKILL')
    await this.#gone
  }

  get console(): string {
    return this.#console
  }

  #say(message: ToGuest): void {
    this.#toGuest(() => {
      this.#unsent = Buffer.concat([this.#unsent, Buffer.from(`${JSON.stringify(message)}\n`)])
      this.#send()
    })
  }

  #send(): void {
    const next = this.#unsent.subarray(0, untakenBytesMax - this.#untakenBytes)
    if (next.length === 0) return
    this.#unsent = this.#unsent.subarray(next.length)
    this.#untakenBytes += next.length
    this.#line.write(next)
  }

  #told(message: FromGuest): void {
    switch (message.tells) {
      case 'ready':
        return this.#ready.resolve()
      case 'started':
      case 'output':
      case 'exited':
        return this.#programs.get(message.id)?.told(message)
      case 'took':
        this.#untakenBytes -= message.bytes
        return this.#send()
      case 'listening':
        return this.#ports.get(message.port)?.listens.resolve()
      case 'deaf':
        return this.#ports.get(message.port)?.listens.reject(new Error(`The guest cannot listen: ${message.why}`))
      case 'connected':
        return this.#connect(message.wire, this.#ports.get(message.port)?.targetPort ?? 0)
      case 'received':
        return void this.#wires.get(message.wire)?.write(Buffer.from(message.bytes, 'base64'))
      case 'hung-up':
        return void this.#wires.get(message.wire)?.destroy()
    }
  }

  #connect(wire: number, targetPort: number): void {
    const socket = connect(targetPort, '127.0.0.1')
    this.#wires.set(wire, socket)
    socket.on('data', (bytes) => this.#say({ does: 'send', wire, bytes: bytes.toString('base64') }))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#wires.delete(wire)
      this.#say({ does: 'hang-up', wire })
    })
  }

  /** Whoever waits for something from this guest is told that it is gone. */
  #end(): void {
    this.#isGone = true
    const gone = new Error('The guest ended.')
    for (const { promise, reject } of [this.#ready, ...[...this.#ports.values()].map(({ listens }) => listens)]) {
      promise.catch(() => {})
      reject(gone)
    }
    const { exitCode, signalCode } = this.#process
    const words = `The virtual board ended by itself (${signalCode ?? exitCode}). Its console said:\n${this.#console}`
    for (const program of this.#programs.values()) {
      const { id } = program
      if (!this.#isCut)
        program.told({ tells: 'output', id, stream: 'stderr', bytes: Buffer.from(words).toString('base64') })
      program.told({ tells: 'exited', id, code: null, signal: 'SIGKILL' })
    }
    for (const socket of this.#wires.values()) socket.destroy()
  }
}
