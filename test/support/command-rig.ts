import type { CommandReply } from '../../src/agent/command.ts'
import { Commands } from '../../src/agent/commands.ts'
import type { StopReport } from '../../src/agent/lanes.ts'
import type { Inbound } from '../../src/bus/message.ts'
import type { SwitchConfig } from '../../src/config/config.ts'
import { PincerError } from '../../src/errors.ts'
import type { ApprovalAnswer } from '../../src/guard/approval.ts'
import type { AuditedCommand } from '../../src/guard/audit.ts'
import { createDeviceTools } from '../../src/tools/devices.ts'
import type { CallOrigin } from '../../src/tools/registry.ts'
import { DeviceBench, switchConfig } from './device-bench.ts'
import { inbound } from './messages.ts'
import { createToolBench, type ToolBench } from './tool-bench.ts'

export interface CommandRig {
  readonly commands: Commands
  readonly bench: DeviceBench
  readonly tools: ToolBench
  /** What was asked of the loop and the sessions, in order. */
  readonly events: string[]
  /** What the audit was given. */
  readonly recorded: AuditedCommand[]
  readonly says: (text: string, message?: Partial<Inbound>, origin?: Partial<CallOrigin>) => Promise<CommandReply>
  /** The reply's text, with `!` before it when it failed. */
  readonly text: (text: string, message?: Partial<Inbound>, origin?: Partial<CallOrigin>) => Promise<string>
}

/** The commands over real outputs on lines that can be broken, and a loop that reports what the test says. */
export async function openCommands(
  stateFolder: string,
  options: {
    readonly configs?: Readonly<Record<string, SwitchConfig>>
    readonly answer?: ApprovalAnswer
    readonly report?: StopReport
    /** What jobs are at, here and everywhere. */
    readonly runs?: number
    /** Questions that wait for a yes. */
    readonly openQuestions?: number
    readonly board?: 'real' | 'simulated'
  } = {},
): Promise<CommandRig> {
  const bench = new DeviceBench(stateFolder, options.configs ?? { lamp: switchConfig() })
  const devices = await bench.start()
  const tools = createToolBench(createDeviceTools(devices), { clock: bench.clock, answer: options.answer ?? 'yes' })
  const events: string[] = []
  const recorded: AuditedCommand[] = []
  const commands = new Commands({
    record: (command) => void recorded.push(command),
    registry: tools.registry,
    devices,
    makeSafe: async (reason) => {
      await devices.driveSafe({ latch: true, reason })
      events.push(`safe: ${reason}`)
    },
    stopTurns: (where) => {
      events.push(`stop ${where === 'all' ? where : `${where.channel}/${where.chat}`}`)
      return Promise.resolve(options.report ?? { stoppedTurns: 0, dropped: [] })
    },
    jobs: (words, { person }) => Promise.resolve({ text: `jobs ${words} for ${person.name}`.replace('  ', ' ') }),
    stopRuns: (where) => {
      events.push(`stop runs ${where === 'all' ? where : `${where.channel}/${where.chat}`}`)
      return options.runs ?? 0
    },
    startNew: (channel, chat) => {
      events.push(`new ${channel}/${chat}`)
      return Promise.resolve()
    },
    status: () => Promise.resolve('All is well.'),
    commandsOf: (channel) => (channel === 'desk' ? [{ usage: '/wave', help: 'wave from the desk' }] : []),
    approvals: {
      list: (by) => Promise.resolve(`listed for ${by.person.name} in ${by.chat}`),
      answer: (by, code, answer) => {
        events.push(`${answer} ${code} by ${by.person.name}`)
        return code === 'over'
          ? Promise.reject(new PincerError('usage', 'It is over.'))
          : Promise.resolve(`answered ${code}`)
      },
      withdraw: () => Promise.resolve(options.openQuestions ?? 0),
      forget: () => Promise.resolve(),
    },
    choice: {
      names: () => ['offline'],
      line: () => ({ ids: ['offline'], isChosen: false, now: 'offline' }),
      tokensLine: () => undefined,
      choose: () => Promise.resolve(),
    },
    ...(options.board === 'real' ? {} : { play: (words: string) => `played ${words}` }),
  })
  const says: CommandRig['says'] = (text, message = {}, origin = {}) => {
    const whole = inbound(text, message)
    return commands.run(whole, tools.origin({ person: whole.person, ...origin }))
  }
  const text: CommandRig['text'] = async (...args) => {
    const reply = await says(...args)
    return `${reply.failed ? '! ' : ''}${reply.text}`
  }
  return { commands, bench, tools, events, recorded, says, text }
}
