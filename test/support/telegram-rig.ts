import type { Test } from 'tap'
import type { Outbound } from '../../src/bus/message.ts'
import { createTelegramChannel, type TelegramChannel } from '../../src/channels/telegram/telegram-channel.ts'
import type { TelegramConfig } from '../../src/config/config.ts'
import { FakeClock, settle } from './fake-clock.ts'
import { createLogLines } from './log-lines.ts'
import { botName, TelegramWire, token } from './telegram-wire.ts'
import { FakeIntake } from './terminal-rig.ts'

export const ada = { id: 1001, is_bot: false, first_name: 'Ada' } as const
export const bob = { id: 1002, is_bot: false, first_name: 'Bob', last_name: 'Guest' } as const
export const eve = { id: 6666, is_bot: false, first_name: 'Eve' } as const
export const group = { id: -100200, type: 'supergroup', title: 'Shed' } as const

export interface TelegramRig {
  readonly channel: TelegramChannel
  readonly wire: TelegramWire
  readonly clock: FakeClock
  readonly intake: FakeIntake
  readonly lines: readonly string[]
  /** What the owner was told beside the chats. */
  readonly told: readonly string[]
  readonly stateFolder: string
  /** A message as Telegram sends it, from Ada in private unless told otherwise. */
  message(more: object): Readonly<Record<string, unknown>>
  /** A message arrives and was handled. */
  arrives(more: object): Promise<void>
  start(): Promise<void>
  outbound(text: string, more?: Partial<Outbound>): Outbound
}

let count = 0

export function createTelegramRig(
  t: Test,
  options: {
    readonly config?: Partial<TelegramConfig>
    readonly stateFolder?: string
    readonly wire?: TelegramWire
    readonly clock?: FakeClock
    readonly chance?: () => number
  } = {},
): TelegramRig {
  const clock = options.clock ?? new FakeClock()
  const wire = options.wire ?? new TelegramWire(clock)
  const stateFolder = options.stateFolder ?? t.testdir({})
  const { log, lines } = createLogLines()
  const told: string[] = []
  const channel = createTelegramChannel({
    config: {
      token,
      allow: [ada.id],
      guests: [bob.id],
      progress: true,
      apiRoot: 'https://api.telegram.test',
      ...options.config,
    },
    http: wire,
    clock,
    log,
    stateFolder,
    chance: options.chance ?? (() => 0),
    tellOwner: (_kind, sentence) => told.push(sentence),
    menu: [{ command: 'status', description: 'how I am' }],
  })
  const intake = new FakeIntake()
  const message = (more: object): Readonly<Record<string, unknown>> => ({
    message_id: ++count,
    date: Math.floor(clock.nowMs() / 1_000),
    from: ada,
    chat: { id: ada.id, type: 'private', first_name: 'Ada' },
    ...more,
  })
  t.teardown(() => channel.stop())
  return {
    channel,
    wire,
    clock,
    intake,
    lines,
    told,
    stateFolder,
    message,
    arrives: async (more) => {
      wire.push({ message: message(more) })
      await settle()
      await settle()
    },
    start: async () => {
      await channel.start(intake)
      await settle()
    },
    outbound: (text, more) => ({
      id: `out-${++count}`,
      channel: 'telegram',
      chat: String(ada.id),
      text,
      answers: [],
      failed: false,
      ...more,
    }),
  }
}

/** Entities as Telegram finds them in a text for a group. */
export function mention(text: string, name = `@${botName}`): { readonly text: string; readonly entities: object[] } {
  const offset = text.indexOf(name)
  return { text, entities: [{ type: 'mention', offset, length: name.length }] }
}

export function command(text: string): { readonly text: string; readonly entities: object[] } {
  const [word = ''] = text.split(' ')
  return { text, entities: [{ type: 'bot_command', offset: 0, length: word.length }] }
}
