import type { Inbound } from '../bus/message.ts'
import type { Devices } from '../devices/device.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { CallOrigin, Registry } from '../tools/registry.ts'
import type { StopReport } from './loop.ts'

export interface CommandReply {
  readonly text: string
  /** The messages that this reply closes: the command itself, and what /stop dropped. */
  readonly answers: readonly Inbound[]
  readonly failed: boolean
}

export interface CommandParts {
  readonly registry: Registry
  readonly devices: Devices
  /** Drives every output safe, named or raw, and latches. */
  readonly makeSafe: (reason: string) => Promise<void>
  readonly stopTurns: (where: { readonly channel: string; readonly chat: string } | 'all') => Promise<StopReport>
  readonly startNew: (channel: string, chat: string) => Promise<void>
  readonly status: () => string
  readonly model: { readonly id: string; readonly note: string }
  /** Plays with the simulated board; absent on a real one. */
  readonly play?: (command: string) => string
}

interface Command {
  readonly usage: string
  readonly help: string
  /** Guests may give it. */
  readonly guests?: true
  run(words: string, message: Inbound, origin: CallOrigin): Promise<string | Partial<CommandReply>>
}

/** Commands of the design that belong to parts which this version does not have. */
const laterCommands: ReadonlySet<string> = new Set(['jobs', 'pair', 'approve', 'deny'])

/** The words after a slash: they work without any model, cost no tokens and never wait behind a turn. */
export class Commands {
  readonly #commands: ReadonlyMap<string, Command>

  constructor(parts: CommandParts) {
    const table = { ...aboutCommands(parts), ...deviceCommands(parts), ...turnCommands(parts) }
    this.#commands = new Map(Object.entries(table))
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
    return { text: full.text ?? '', answers: [message, ...(full.answers ?? [])], failed: full.failed ?? false }
  }

  async #runNamed(
    name: string,
    words: string,
    message: Inbound,
    origin: CallOrigin,
  ): Promise<string | Partial<CommandReply>> {
    if (name === 'help' || name === 'start') return this.#help(message.person.role)
    const command = this.#commands.get(name)
    if (command === undefined) {
      if (laterCommands.has(name)) return failure(`/${name} is not in this version. /help lists what is.`)
      const close = nearest(name, [...this.#commands.keys(), 'help'])
      return failure(`I do not know /${name}.${close === undefined ? '' : ` Did you mean /${close}?`} /help lists all.`)
    }
    const allowed =
      message.person.role === 'owner' || command.guests === true || (name === 'stop' && /^all\b/i.test(words))
    if (!allowed) return failure(`/${name} is for owners only.`)
    return command.run(words, message, origin)
  }

  #help(role: Inbound['person']['role']): string {
    const shown = [...this.#commands.values()].filter((command) => role === 'owner' || command.guests === true)
    const width = Math.max(...shown.map((command) => command.usage.length))
    return shown.map((command) => `${command.usage.padEnd(width)}  ${command.help}`).join('\n')
  }
}

function failure(text: string): Partial<CommandReply> {
  return { text, failed: true }
}

function aboutCommands({ status, model, play }: CommandParts): Record<string, Command> {
  return {
    status: {
      usage: '/status',
      help: 'how the board and I are doing',
      guests: true,
      run: () => Promise.resolve(status()),
    },
    model: {
      usage: '/model',
      help: 'which model answers',
      run: (words) =>
        Promise.resolve(
          words === '' || words === model.id
            ? `${model.id}: ${model.note}`
            : failure(`This version has the model offline only; ${words} cannot be chosen.`),
        ),
    },
    whoami: {
      usage: '/whoami',
      help: 'who you are to me',
      guests: true,
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

function deviceCommands({ registry, devices }: CommandParts): Record<string, Command> {
  const call = async (name: string, args: object, origin: CallOrigin): Promise<Partial<CommandReply>> => {
    return registry.run({ id: 'command', name, arguments: JSON.stringify(args) }, origin)
  }
  const set = (words: string, origin: CallOrigin, usage: string): Promise<Partial<CommandReply>> => {
    const [, name, value, duration] = /^(\S+)\s+(\S+)(?:\s+for\s+(.+))?$/i.exec(words) ?? []
    if (name === undefined || value === undefined) return Promise.resolve(failure(`Write it as ${usage}.`))
    const compact = duration?.replaceAll(/\s+/g, '')
    const args = { name, value: value.toLowerCase(), ...(compact === undefined ? {} : { for: compact }) }
    return call('device_set', args, origin)
  }
  return {
    read: {
      usage: '/read [device]',
      help: 'read one device, or all',
      guests: true,
      run: (words, _message, origin) => call('device_read', words === '' ? {} : { name: words }, origin),
    },
    set: {
      usage: '/set device on|off [for 10m]',
      help: 'switch an output',
      run: (words, _message, origin) => set(words, origin, '/set lamp on, or /set lamp on for 10m'),
    },
    on: {
      usage: '/on device [for 10m]',
      help: 'switch an output on',
      run: (words, _message, origin) => set(words.replace(/^(\S+)/, '$1 on'), origin, '/on lamp, or /on lamp for 10m'),
    },
    off: {
      usage: '/off device',
      help: 'switch an output off',
      run: (words, _message, origin) => set(words.replace(/^(\S+)/, '$1 off'), origin, '/off lamp'),
    },
    resume: {
      usage: '/resume',
      help: 'let outputs be switched again after /stop all',
      run: async () => {
        if (devices.latched() === undefined) return 'Nothing is latched: outputs can be switched.'
        await devices.unlatch()
        return 'Outputs can be switched again. All of them are in their safe state.'
      },
    },
  }
}

function turnCommands({ makeSafe, stopTurns, startNew }: CommandParts): Record<string, Command> {
  return {
    stop: {
      usage: '/stop [all]',
      help: 'end my running work; "all" also makes every output safe until /resume',
      run: async (words, message) => {
        const all = /^all\b/i.test(words)
        if (words !== '' && !all)
          throw new PincerError('usage', `Write it as /stop or /stop all, not "/stop ${words}".`)
        // Outputs first: ending the turns may take a moment.
        const safe = all ? makeSafe(`/stop all by ${message.person.name}`).then(() => undefined, sentenceOf) : undefined
        const report = await stopTurns(all ? 'all' : message)
        const unsafe = await safe
        return { text: stopText(report, all, unsafe), answers: report.dropped, failed: unsafe !== undefined }
      },
    },
    new: {
      usage: '/new',
      help: 'start a new conversation; I keep files and devices, not what was said',
      run: async (_words, { channel, chat }) => {
        await startNew(channel, chat)
        return 'A new conversation: I no longer see what was said before.'
      },
    },
  }
}

/** `unsafe` says what could not be made safe; the turns are stopped all the same. */
function stopText({ stoppedTurns, dropped }: StopReport, all: boolean, unsafe: string | undefined): string {
  const parts = []
  if (all) parts.push(unsafe ?? 'All outputs are in their safe state and stay there until /resume.')
  if (stoppedTurns > 0) parts.push(stoppedTurns === 1 ? 'Stopped what I was doing.' : `Stopped ${stoppedTurns} turns.`)
  else if (!all) parts.push('Nothing was running.')
  if (dropped.length > 0) {
    const words = dropped.map((message) => `"${message.text.slice(0, 40)}"`).join(', ')
    parts.push(`Not answered any more: ${words}.`)
  }
  return parts.join(' ')
}
