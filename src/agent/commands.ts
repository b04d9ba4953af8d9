import type { Inbound } from '../bus/message.ts'
import type { AuditedCommand } from '../guard/audit.ts'
import type { PairingPort } from '../channels/pairing-port.ts'
import { sentenceOf } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { CallOrigin } from '../tools/registry.ts'
import { approvalCommands } from './approval-commands.ts'
import { type Command, type CommandReply, failure } from './command.ts'
import { type DeviceCommandParts, deviceCommands } from './device-commands.ts'
import { jobCommands, type ObeyJobs } from './job-commands.ts'
import { type ModelCommandParts, modelCommands } from './model-commands.ts'
import { pairCommand } from './pair-command.ts'
import { type TurnCommandParts, turnCommands } from './turn-commands.ts'

export interface CommandParts extends DeviceCommandParts, TurnCommandParts {
  /** As much as may be known where this was asked. */
  readonly status: (asked: Inbound) => Promise<string>
  /** Absent where no channel that is served pairs people. */
  readonly pairing?: PairingPort | undefined
  /** What this channel does itself, for /help. */
  readonly commandsOf: (channel: string) => readonly Pick<Command, 'usage' | 'help'>[]
  readonly choice: ModelCommandParts
  readonly jobs: ObeyJobs
  /** Keeps what changes who or what may act. */
  readonly record: (command: AuditedCommand) => void
  /** Plays with the simulated board; absent on a real one. */
  readonly play?: (command: string) => string
}

/** For the menus that channels show: the words without a slash, and what they do. */
export const commandMenu: readonly { readonly command: string; readonly description: string }[] = [
  { command: 'read', description: 'read all devices, or one' },
  { command: 'set', description: 'switch a device: /set lamp on for 10m' },
  { command: 'status', description: 'how the board and I are doing' },
  { command: 'jobs', description: 'what is planned; pausing and removing it' },
  { command: 'approve', description: 'what waits for your yes; /approve CODE allows it' },
  { command: 'deny', description: 'say no: /deny CODE' },
  { command: 'stop', description: 'stop what I am doing; /stop all makes outputs safe' },
  { command: 'resume', description: 'let outputs be switched again after /stop all' },
  { command: 'new', description: 'begin a new conversation' },
  { command: 'model', description: 'which model answers, and choosing another' },
  { command: 'pair', description: 'who may text me; /pair CODE lets somebody in' },
  { command: 'whoami', description: 'who you are to me' },
  { command: 'help', description: 'all commands' },
]

type Role = Inbound['person']['role']

/** The words after a slash: they work without any model, cost no tokens and never wait behind a turn. */
export class Commands {
  readonly #commands: ReadonlyMap<string, Command>
  readonly #commandsOf: CommandParts['commandsOf']
  readonly #record: (command: AuditedCommand) => void

  constructor(parts: CommandParts) {
    const table = {
      ...aboutCommands(parts),
      ...modelCommands(parts.choice),
      ...deviceCommands(parts),
      ...turnCommands(parts),
      ...jobCommands(parts.jobs),
      ...approvalCommands(parts.approvals),
      ...pairCommand(parts.pairing),
    }
    this.#commands = new Map(Object.entries(table))
    this.#commandsOf = parts.commandsOf
    this.#record = parts.record
  }

  /** Names with their slash, for completion. */
  names(): readonly string[] {
    return ['/help', ...[...this.#commands.keys()].map((name) => `/${name}`)]
  }

  async run(message: Inbound, origin: CallOrigin): Promise<CommandReply> {
    const [, typed = '', words = ''] = /^\s*\/([a-z0-9_]+)(?:@\w+)?\s*([\s\S]*)$/i.exec(message.text) ?? []
    const name = typed.toLowerCase()
    const reply = await this.#runNamed(name, words.trim(), message, origin)
    const full = typeof reply === 'string' ? { text: reply } : reply
    const { text = '', answers = [], failed = false, notices = [], buttons } = full
    return { text, answers: [message, ...answers], failed, notices, ...(buttons === undefined ? {} : { buttons }) }
  }

  async #runNamed(
    name: string,
    words: string,
    message: Inbound,
    origin: CallOrigin,
  ): Promise<string | Partial<CommandReply>> {
    const { role } = message.person
    if (name === 'help' || name === 'start') return this.#help(message)
    const command = this.#commands.get(name)
    if (command !== undefined) {
      if (role === 'guest' && command.guests === undefined) return failure(`/${name} is for owners only.`)
      if (command.recorded?.(words) !== true) return command.run(words, message, origin)
      return this.#runRecorded(command, name, words, message, origin)
    }
    // The channel takes it at its own end, but for this.
    const own = this.#commandsOf(message.channel).find(({ usage }) => usage === `/${name}`)
    if (own !== undefined) return failure(`Write it as ${own.usage}, alone on its line.`)
    const close = nearest(name, [...this.#offered(role).keys(), 'help'])
    return failure(`I do not know /${name}.${close === undefined ? '' : ` Did you mean /${close}?`} /help lists all.`)
  }

  async #runRecorded(command: Command, name: string, words: string, message: Inbound, origin: CallOrigin) {
    const { channel, chat, person } = message
    const keep = (ok: boolean, said: string): void =>
      this.#record({ channel, chat, sender: person.id, command: `/${name} ${words}`.trim(), ok, said })
    try {
      const reply = await command.run(words, message, origin)
      const { text = '', failed = false } = typeof reply === 'string' ? { text: reply } : reply
      keep(!failed, text)
      return reply
    } catch (error) {
      keep(false, sentenceOf(error))
      throw error
    }
  }

  #help({ person, channel }: Inbound): string {
    const shown = [
      ...this.#offered(person.role).values(),
      { usage: '/help', help: 'this list' },
      ...this.#commandsOf(channel),
    ]
    const width = Math.max(...shown.map(({ usage }) => usage.length))
    return shown.map(({ usage, help }) => `${usage.padEnd(width)}  ${help}`).join('\n')
  }

  /** What this person may give, with its usage. */
  #offered(role: Role): ReadonlyMap<string, { readonly usage: string; readonly help: string }> {
    return new Map(
      [...this.#commands].flatMap(([name, { usage, help, guests }]) => {
        const offered = role === 'owner' ? usage : guests
        return offered === undefined ? [] : [[name, { usage: offered, help }] as const]
      }),
    )
  }
}

function aboutCommands({ status, play }: CommandParts): Record<string, Command> {
  return {
    status: {
      usage: '/status',
      help: 'how the board and I are doing',
      guests: '/status',
      run: (_words, message) => status(message),
    },
    whoami: {
      usage: '/whoami',
      help: 'who you are to me',
      guests: '/whoami',
      run: (_words, { channel, chat, person }) =>
        Promise.resolve(`You are ${person.name}, ${person.role}, id ${person.id} on ${channel}, chat ${chat}.`),
    },
    ...(play === undefined
      ? {}
      : {
          sim: {
            usage: '/sim [what]',
            help: 'play with the simulated board',
            run: (words: string) => Promise.resolve(play(words)),
          },
        }),
  }
}
