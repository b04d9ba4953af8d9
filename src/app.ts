import { answerPair, changesWhoIsPaired } from './agent/pair-command.ts'
import { recover } from './agent/recovery.ts'
import type { Acceptance, Inbound, Person } from './bus/message.ts'
import type { PairingPort } from './channels/pairing-port.ts'
import { type Recipient, sendToPerson } from './channels/recipients.ts'
import type { TerminalChannel } from './channels/terminal/terminal-channel.ts'
import type { Clock } from './clock.ts'
import type { ControlRequests } from './daemon/control-requests.ts'
import type { Asker, Devices } from './devices/device.ts'
import { sentenceOf } from './errors.ts'
import { GuestBudget } from './guard/guest-budget.ts'
import { HourCount } from './guard/hour-count.ts'
import { type BoardKind, greetingLines, servedLines } from './greeting.ts'
import type { Log } from './log.ts'
import { loadPart } from './parts.ts'
import { builtAs, version } from './runtime.ts'
import { stopParts, type StoppedPart } from './stop-parts.ts'
import type { Registry } from './tools/registry.ts'
import { createAgent, createRegistry, createShell } from './app-agent.ts'
import { createApprovals, forgetting } from './app-approvals.ts'
import { type AppOptions, type Base, createBase, roleNowOf } from './app-base.ts'
import { createModels } from './app-model.ts'
import { Jobs } from './app-schedule.ts'

export interface App {
  readonly terminal: TerminalChannel
  /** What an interactive terminal shows first. */
  readonly greeting: () => Promise<readonly string[]>
  /** What `run` says first: what is served. */
  readonly served: readonly string[]
  /** Words that the terminal completes. */
  readonly completions: () => { readonly commands: readonly string[]; readonly devices: readonly string[] }
  readonly devices: Devices
  /** The system prompt and the tools as an owner's first request has them. */
  readonly registry: Registry
  readonly prompt: (role: Person['role']) => Promise<string>
  /** What the control socket is asked for. */
  readonly requests: ControlRequests
  start(): Promise<void>
  /** Ends turns, gives what is written a moment, drives outputs safe, closes the files. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * The composition root: builds every part, and knows the only order in which they may start. Outputs are safe before
 * anything is read from the journal, and the journal is read before any channel takes a new message.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { home, config, clock, log, redact } = options
  const base = await createBase(options)
  const { board, devices, bus, channels, dispatcher, sessions, journal, rawTools, network } = base
  const approvals = createApprovals(channels, options)
  const { telegram } = base
  const pairing = telegram === undefined ? undefined : forgetting(telegram.name, telegram.pairing, approvals)
  const jobs: Jobs = new Jobs({ base, options, registry: () => registry, agent: () => agent })
  const registry = createRegistry(base, options, approvals, jobs.tools)
  const models = await createModels({
    config,
    devices,
    board,
    clock,
    log,
    redact,
    http: () => network.client(),
    chance: () => Math.random(),
    stateFolder: home.state,
    instead: options.model,
  })
  const shell = createShell(base, registry, options)
  const agent = createAgent({ base, registry, approvals, pairing, choice: models.choice, shell, jobs, options })
  const { loop, commands, prompts, status } = agent

  const recipients = (): readonly Recipient[] => base.telegram?.recipients() ?? []
  const accept = createIntake(base, clock)
  const start = async (): Promise<void> => {
    await devices.start()
    await letGoOfRawLines(base, log)
    loop.start()
    dispatcher.start()
    await telegram?.readPeople()
    await recover({ bus, sessions, clock, log, roleNow: roleNowOf(base), take: (message) => loop.take(message) })
    for (const channel of channels) await channel.start({ accept })
    await jobs.start()
    base.ownerNotices.start({ bus, recipients, isOwner: ownersOf(base, options.person) })
    if (options.servesChannels) shell.proveSoon()
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    // Outputs as early as nothing can switch them any more: a channel or a reply that hangs must not keep a heater on.
    const inOrder: readonly StoppedPart[] = [
      { name: 'jobs', stop: () => jobs.stop() },
      { name: 'agent', stop: () => loop.stop() },
      { name: 'shell', stop: () => shell.stop() },
      { name: 'raw lines', stop: () => rawTools.close() },
      { name: 'devices', stop: () => devices.stop() },
      ...channels.map((channel) => ({ name: channel.name, stop: () => channel.stop() })),
      { name: 'dispatcher', stop: () => dispatcher.stop() },
      { name: 'sessions', stop: () => sessions.close() },
      { name: 'origins', stop: () => base.origins.close() },
      { name: 'audit', stop: () => base.audit.close() },
      { name: 'journal', stop: () => journal.close() },
      { name: 'tokens', stop: () => models.close() },
      { name: 'network', stop: () => network.close() },
    ]
    stopped ??= stopParts(inOrder, { clock, log }).then(() => base.close())
    return stopped
  }

  const shown = { ...shownOf(base), model: models.choice.id }
  return {
    terminal: base.terminal,
    async greeting() {
      const { thingsToTry } = await loadPart('offline')
      return greetingLines({ ...shown, tries: thingsToTry(devices.list()), fresh: home.fresh })
    },
    served: servedLines({
      ...shown,
      home: home.path,
      builtAs: builtAs(),
      ...(base.telegram === undefined ? {} : { telegram: config.channels.telegram?.allow ?? [] }),
    }),
    completions: () => ({ commands: commands.names(), devices: devices.list().map((device) => device.name) }),
    devices,
    registry,
    prompt: (role) => prompts.get(role),
    requests: {
      status: async () => redact(await status('on the host')),
      send: (text, to) => sendToPerson({ bus, recipients: recipients() }, text, to),
      jobs: (words) => jobs.orderFromHost(words),
      trigger: (name) => jobs.trigger(name),
      pair: (words) => pairFromHost(base, pairing, options.person, words),
    },
    start,
    stop,
  }
}

/** What both of the first words say. */
function shownOf({ board, hardware, devices }: Base) {
  const real = board.pins.length === 0 ? 'unknown' : 'known'
  const boardKind: BoardKind = hardware.simulated ? 'simulated' : real
  return { version: version(), board: board.label, boardKind, devices: devices.list() }
}

/** What gpio_write drove when Pincer was killed, whether raw tools are offered now or not. */
async function letGoOfRawLines({ rawLines, hardware, devices }: Base, log: Log): Promise<void> {
  const isDevices = (line: string): boolean => devices.ownerOfLine(line) !== undefined
  for (const { line, fault } of await rawLines.letGo(hardware.gpio, isDevices)) {
    if (fault === undefined) log.warn('devices', `${line}, which gpio_write had left driven, is an input again.`)
    else log.error('devices', `${line}, which gpio_write had left driven, could not be made an input again. ${fault}`)
  }
}

/** A guest who writes too much is told so once, and is not heard. */
function createIntake({ bus, ownerNotices, audit }: Base, clock: Clock): (message: Inbound) => Promise<Acceptance> {
  const guests = new GuestBudget({
    messages: new HourCount({ clock, recall: (sinceMs) => audit.since(sinceMs, 'guest') }),
    record: (guest) => audit.guest(guest),
  })
  return async (message) => {
    const admission = await guests.admit(message)
    if (admission.status === 'admitted') return ownerNotices.during(message, () => bus.accept(message))
    const { channel, chat } = message
    const { tell } = admission
    if (tell !== undefined) await bus.send({ channel, chat, text: tell, failed: true }, [], undefined)
    return 'refused'
  }
}

/** Whether somebody is an owner now: at the terminal that is who runs this process. */
function ownersOf({ terminal, telegram }: Base, person: Person): (asker: Asker) => boolean {
  return ({ channel, person: id }) =>
    channel === terminal.name
      ? id === person.id
      : telegram?.recipients().some((each) => each.channel === channel && each.id === id) === true
}

/** `pincer pair` on the board: whoever may open the socket is who runs this process. */
async function pairFromHost(
  { audit }: Base,
  pairing: PairingPort | undefined,
  person: Person,
  words: string,
): Promise<string> {
  const end = (ok: boolean, said: string): void => {
    const who = { channel: 'host', chat: '', sender: person.id }
    if (changesWhoIsPaired(words)) audit.command({ ...who, command: `pair ${words}`, ok, said })
  }
  try {
    const said = await answerPair(pairing, words)
    end(true, said)
    return said
  } catch (error) {
    end(false, sentenceOf(error))
    throw error
  }
}
