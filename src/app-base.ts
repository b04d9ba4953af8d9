import { join } from 'node:path'
import { commandMenu } from './agent/commands.ts'
import type { RoleNow } from './agent/recovery.ts'
import { openHardware } from './app-hardware.ts'
import { Network } from './app-network.ts'
import { Sessions } from './agent/sessions.ts'
import { Bus } from './bus/bus.ts'
import { Journal, type TellOwner } from './bus/journal.ts'
import type { Person } from './bus/message.ts'
import type { Channel } from './channels/channel.ts'
import { Dispatcher } from './channels/dispatcher.ts'
import { OwnerNotices } from './channels/owner-notices.ts'
import { TerminalChannel } from './channels/terminal/terminal-channel.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { createDevices } from './devices/devices.ts'
import type { Devices } from './devices/device.ts'
import { RawLines } from './devices/raw-lines.ts'
import { Origins } from './guard/origins.ts'
import { Audit } from './guard/audit.ts'
import { openWorkspace } from './guard/workspace.ts'
import type { Board } from './hardware/board.ts'
import type { Hardware } from './hardware/ports.ts'
import { builtInFiles, type Home } from './home.ts'
import type { Log, Redact } from './log.ts'
import type { Model } from './model/model.ts'
import { loadPart } from './parts.ts'
import { createHardwareTools } from './tools/hardware.ts'
import type { Tool } from './tools/tool.ts'

export interface AppOptions {
  readonly home: Home
  readonly config: Config
  readonly redact: Redact
  readonly clock: Clock
  readonly log: Log
  /** Who sits at the terminal: the user of this process, an owner. */
  readonly person: Person
  readonly memoryBytes: () => number
  /** Where the usual proxy variables are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Serve the configured channels too, not this terminal alone. */
  readonly servesChannels: boolean
  /** Answers instead of the configured model. */
  readonly model?: Model
  /** Serve beside the terminal. */
  readonly channels?: readonly Channel[]
  /** Offered beside the built-in tools. */
  readonly tools?: readonly Tool[]
}

/** What stands below the agent: the board and what moves messages. */
export async function createBase(options: AppOptions) {
  const { home, config, log, redact, person } = options
  const nativeFolder = join(home.state, 'native')
  const opened = await openHardware({ boardId: config.board, clock: options.clock, log, nativeFolder })
  const { board, hardware, clock } = opened
  const ownerNotices = new OwnerNotices({ clock, log })
  const devices = createDevices({
    configs: config.devices,
    hardware,
    clock,
    log,
    stateFolder: home.state,
    units: config.units,
    tell: (notice) => ownerNotices.tellOfOutput(notice),
    loadSensors: () => loadPart('sensors'),
  })
  const rawLines = new RawLines({ stateFolder: home.state, clock, log, simulated: hardware.simulated })
  const workspace = await openWorkspace({ root: home.workspace })
  const origins = await Origins.open({
    stateFolder: home.state,
    workspace,
    builtIn: builtInFiles,
    isNew: home.fresh,
    clock,
    log,
  })
  const tell: TellOwner = (kind, sentence) => ownerNotices.tell(kind, sentence)
  const journal = await Journal.open({ path: join(home.state, 'journal.jsonl'), clock, log, tell })
  const bus = new Bus({ journal, clock, redact })
  const terminal = new TerminalChannel({ person, clock })
  const network = new Network({ clock, environment: options.environment })
  const telegram = options.servesChannels ? await createTelegram(options, network, ownerNotices) : undefined
  const configured: readonly Channel[] = telegram === undefined ? [] : [telegram]
  const channels: readonly Channel[] = [terminal, ...configured, ...(options.channels ?? [])]
  return {
    ...opened,
    devices,
    rawLines,
    rawTools: createRawTools({ config, hardware, devices, board, rawLines }),
    workspace,
    origins,
    journal,
    ownerNotices,
    bus,
    terminal,
    telegram,
    network,
    channels,
    dispatcher: new Dispatcher({ bus, clock, log, channels }),
    audit: new Audit({ path: join(home.state, 'audit.jsonl'), clock, log, redact }),
    sessions: new Sessions({ folder: join(home.state, 'sessions'), log }),
  }
}

export type Base = Awaited<ReturnType<typeof createBase>>

async function createTelegram(options: AppOptions, network: Network, ownerNotices: OwnerNotices) {
  const { config, clock, log, home } = options
  const { telegram } = config.channels
  if (telegram === undefined) return undefined
  const { createTelegramChannel } = await loadPart('telegram')
  return createTelegramChannel({
    config: telegram,
    http: await network.client(),
    clock,
    log,
    stateFolder: home.state,
    chance: () => Math.random(),
    menu: commandMenu,
    tellOwner: (kind, sentence) => ownerNotices.tell(kind, sentence),
  })
}

/** `hardware.raw: off` offers none of the raw tools. */
function createRawTools(parts: {
  readonly config: Config
  readonly hardware: Hardware
  readonly devices: Devices
  readonly board: Board
  readonly rawLines: RawLines
}): { readonly tools: readonly Tool[]; close(): Promise<void> } {
  const { config, ...rest } = parts
  const { raw } = config.hardware
  if (raw === 'off') return { tools: [], close: () => Promise.resolve() }
  return createHardwareTools({ ...rest, raw })
}

/** What somebody who wrote earlier may do now. Where Telegram is not served, who is paired there is not known. */
export function roleNowOf({ telegram }: Base): RoleNow {
  return (channel, person) =>
    telegram === undefined || channel !== telegram.name ? person.role : telegram.roleNow(person)
}
