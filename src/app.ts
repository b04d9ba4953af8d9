import { join } from 'node:path'
import { AgentLoop } from './agent/loop.ts'
import { commandMenu, Commands } from './agent/commands.ts'
import { createModel } from './app-model.ts'
import { Network } from './app-network.ts'
import { formatContext } from './agent/context.ts'
import { PromptCache } from './agent/prompt-cache.ts'
import { promptFiles } from './agent/prompt-files.ts'
import { statusText } from './agent/status.ts'
import { recover } from './agent/recovery.ts'
import { Sessions } from './agent/sessions.ts'
import { listSkills } from './agent/skills.ts'
import { readBoard } from './boards.ts'
import { Bus } from './bus/bus.ts'
import { Journal } from './bus/journal.ts'
import type { Person } from './bus/message.ts'
import type { Channel } from './channels/channel.ts'
import { Dispatcher } from './channels/dispatcher.ts'
import { TerminalChannel } from './channels/terminal/terminal-channel.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { createDevices } from './devices/devices.ts'
import type { Devices } from './devices/device.ts'
import { ActBudget } from './guard/act-budget.ts'
import type { Approver } from './guard/approval.ts'
import { openWorkspace } from './guard/workspace.ts'
import type { Board } from './hardware/board.ts'
import type { Simulator } from './hardware/simulator/simulator.ts'
import { greetingLines, servedLines } from './greeting.ts'
import type { Home } from './home.ts'
import type { HttpClient } from './http/http-client.ts'
import { limits } from './limits.ts'
import type { Log, Redact } from './log.ts'
import type { Model } from './model/model.ts'
import { thingsToTry } from './model/offline/grammar.ts'
import { loadPart } from './parts.ts'
import { builtAs, version } from './runtime.ts'
import { stopParts, type StoppedPart } from './stop-parts.ts'
import { createDeviceTools } from './tools/devices.ts'
import { createFileTools } from './tools/files.ts'
import { createHardwareTools } from './tools/hardware.ts'
import { parkResult } from './tools/parked-results.ts'
import { Registry } from './tools/registry.ts'
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

export interface App {
  readonly terminal: TerminalChannel
  /** What an interactive terminal shows first. */
  readonly greeting: readonly string[]
  /** What `run` says first: what is served. */
  readonly served: readonly string[]
  /** Words that the terminal completes. */
  readonly completions: () => { readonly commands: readonly string[]; readonly devices: readonly string[] }
  readonly devices: Devices
  /** The system prompt and the tools as an owner's first request has them. */
  readonly registry: Registry
  readonly prompt: (role: Person['role']) => Promise<string>
  start(): Promise<void>
  /** Ends turns, gives what is written a moment, drives outputs safe, closes the files. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * The composition root: builds every part, and knows the only order in which they may start. Outputs are safe before
 * anything is read from the journal, and the journal is read before any channel takes a new message.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { home, config, clock, log } = options
  const base = await createBase(options)
  const { board, devices, bus, channels, dispatcher, sessions, journal, rawTools, hardware, network } = base
  const registry = createRegistry(base, options)
  const http = (): Promise<HttpClient> => network.client()
  const model =
    options.model ?? (await createModel({ config, devices, board, http, clock, log, chance: () => Math.random() }))
  const prompts = createPrompts(base, log)
  const { loop, commands } = createAgent({ base, registry, model, prompts, options })

  const start = async (): Promise<void> => {
    await devices.start()
    loop.start()
    dispatcher.start()
    await recover({ bus, sessions, clock, log, take: (message) => loop.take(message) })
    for (const channel of channels) await channel.start({ accept: (message) => bus.accept(message) })
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    // Outputs as early as nothing can switch them any more: a channel or a reply that hangs must not keep a heater on.
    const inOrder: readonly StoppedPart[] = [
      { name: 'agent', stop: () => loop.stop() },
      { name: 'raw lines', stop: () => rawTools.close() },
      { name: 'devices', stop: () => devices.stop() },
      ...channels.map((channel) => ({ name: channel.name, stop: () => channel.stop() })),
      { name: 'dispatcher', stop: () => dispatcher.stop() },
      { name: 'sessions', stop: () => sessions.close() },
      { name: 'journal', stop: () => journal.close() },
      { name: 'network', stop: () => network.close() },
    ]
    stopped ??= stopParts(inOrder, { clock, log }).then(() => hardware.close())
    return stopped
  }

  const shown = { version: version(), board: board.label, devices: devices.list() }
  return {
    terminal: base.terminal,
    greeting: greetingLines({ ...shown, model: model.id, tries: thingsToTry(devices.list()), fresh: home.fresh }),
    served: servedLines({
      ...shown,
      home: home.path,
      model: model.id,
      builtAs: builtAs(),
      ...(base.telegram === undefined ? {} : { telegram: config.channels.telegram?.allow ?? [] }),
    }),
    completions: () => ({ commands: commands.names(), devices: devices.list().map((device) => device.name) }),
    devices,
    registry,
    prompt: (role) => prompts.get(role),
    start,
    stop,
  }
}

/** What stands below the agent: the board and what moves messages. */
async function createBase(options: AppOptions) {
  const { home, config, clock, log, redact, person } = options
  const board = readBoard(config.board)
  const { createSimulator } = await loadPart('simulator')
  const hardware = createSimulator({ board, clock })
  const devices = createDevices({
    configs: config.devices,
    hardware,
    clock,
    log,
    stateFolder: home.state,
    units: config.units,
  })
  const workspace = await openWorkspace({ root: home.workspace })
  const journal = await Journal.open({ path: join(home.state, 'journal.jsonl'), clock, log })
  const bus = new Bus({ journal, clock, redact })
  const terminal = new TerminalChannel({ person, clock })
  const network = new Network({ clock, environment: options.environment })
  const telegram = options.servesChannels ? await createTelegram(options, network) : undefined
  const configured: readonly Channel[] = telegram === undefined ? [] : [telegram]
  const channels: readonly Channel[] = [terminal, ...configured, ...(options.channels ?? [])]
  return {
    board,
    hardware,
    devices,
    rawTools: createRawTools({ config, hardware, devices, board }),
    workspace,
    journal,
    bus,
    terminal,
    telegram,
    network,
    channels,
    dispatcher: new Dispatcher({ bus, clock, log, channels }),
    sessions: new Sessions({ folder: join(home.state, 'sessions'), log }),
  }
}

type Base = Awaited<ReturnType<typeof createBase>>

function createRegistry(base: Base, options: AppOptions): Registry {
  const { workspace, devices, rawTools, channels } = base
  const { clock, log, redact, config } = options
  return new Registry({
    tools: [...createFileTools(workspace), ...createDeviceTools(devices), ...rawTools.tools, ...(options.tools ?? [])],
    approver: createApprover(channels),
    budget: new ActBudget({ clock, actsPerHour: config.limits.actsPerHour }),
    clock,
    log,
    redact,
    park: (name, text) => parkResult(workspace, name, text),
  })
}

function createPrompts(base: Base, log: Log): PromptCache {
  const { workspace, devices, board } = base
  const { readFile, listFolders } = promptFiles(workspace, log)
  return new PromptCache(
    {
      readFile,
      skills: () => listSkills({ readFile, listFolders }),
      devices: () => devices.list(),
      board: board.label,
    },
    { fingerprint: (paths) => workspace.fingerprint(paths), listFolders },
  )
}

/** The loop and the commands, which know each other: a command stops turns, and the loop hands commands over. */
function createAgent(parts: {
  readonly base: Base
  readonly registry: Registry
  readonly model: Model
  readonly prompts: PromptCache
  readonly options: AppOptions
}): { readonly loop: AgentLoop; readonly commands: Commands } {
  const { base, registry, model, prompts, options } = parts
  const { board, hardware, devices, bus, sessions, rawTools } = base
  const { clock, log, config } = options
  const startedMs = clock.monotonicMs()
  const loop: AgentLoop = new AgentLoop({
    bus,
    sessions,
    registry,
    model,
    clock,
    log,
    iterationsMax: Math.min(config.limits.iterations, limits.turnIterationsMax),
    prompt: (role) => prompts.get(role),
    context: () =>
      formatContext({
        nowMs: clock.nowMs(),
        timezone: config.timezone,
        known: devices.known(),
        latched: devices.latched(),
      }),
    command: (message, origin) => commands.run(message, origin),
  })
  const commands = new Commands({
    registry,
    devices,
    makeSafe: async (reason) => {
      await Promise.all([devices.driveSafe({ latch: true, reason }), rawTools.close()])
    },
    stopTurns: (where) => loop.stopTurns(where),
    startNew: (channel, chat) => sessions.use(channel, chat, (session) => session.startNew(clock.nowMs())),
    status: () =>
      statusText({
        version: version(),
        upMs: clock.monotonicMs() - startedMs,
        memoryBytes: options.memoryBytes(),
        board: board.label,
        model: model.id,
        devices,
        openMessages: bus.pending().length,
        undelivered: bus.undelivered().length,
        runningTurns: loop.runningTurns(),
      }),
    model: { id: model.id, note: 'a small grammar inside Pincer; no language model, no network, no cost.' },
    play: (words) => hardware.play(words),
  })
  return { loop, commands }
}

async function createTelegram(options: AppOptions, network: Network) {
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
  })
}

/** `hardware.raw: off` offers none of the raw tools. */
function createRawTools(parts: {
  readonly config: Config
  readonly hardware: Simulator
  readonly devices: Devices
  readonly board: Board
}): { readonly tools: readonly Tool[]; close(): Promise<void> } {
  const { config, hardware, devices, board } = parts
  const { raw } = config.hardware
  if (raw === 'off') return { tools: [], close: () => Promise.resolve() }
  return createHardwareTools({ hardware, devices, board, raw })
}

function createApprover(channels: readonly Channel[]): Approver {
  return {
    ask: ({ channel, chat, person, action, reason }, signal) => {
      const asked = channels.find((each) => each.name === channel)
      if (asked === undefined) return Promise.resolve({ unavailable: `the channel ${channel} is gone` })
      return asked.ask({ chat, personId: person.id, action, reason }, signal)
    },
  }
}
