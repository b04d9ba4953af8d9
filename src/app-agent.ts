import { AgentLoop } from './agent/loop.ts'
import { Commands } from './agent/commands.ts'
import { formatContext } from './agent/context.ts'
import { Gauge } from './agent/gauge.ts'
import type { JobTurnParts } from './agent/job-turn.ts'
import { PromptCache } from './agent/prompt-cache.ts'
import { statusText } from './agent/status.ts'
import { foldersOf } from './agent/skill-folders.ts'
import { listSkills } from './agent/skills.ts'
import { Turn } from './agent/turn.ts'
import { TurnRequests } from './agent/turn-requests.ts'
import type { Inbound, Person } from './bus/message.ts'
import { ActBudget } from './guard/act-budget.ts'
import { HourCount } from './guard/hour-count.ts'
import { withGuessBound } from './guard/guess-bound.ts'
import { withSteeringFiles } from './guard/steering-desk.ts'
import { SteeringFiles } from './guard/steering-files.ts'
import type { ApprovalDesk, Approver } from './guard/approval.ts'
import { limits } from './limits.ts'
import { loadPart } from './parts.ts'
import { version } from './runtime.ts'
import { createDeviceTools } from './tools/devices.ts'
import { createFileTools } from './tools/files.ts'
import { parkResult } from './tools/parked-results.ts'
import { Registry } from './tools/registry.ts'
import type { Tool } from './tools/tool.ts'
import type { PairingPort } from './channels/pairing-port.ts'
import type { ModelChoice } from './agent/model-choice.ts'
import { type AppOptions, type Base, roleNowOf } from './app-base.ts'
import type { HeartParts } from './app-heartbeat.ts'
import type { Jobs } from './app-schedule.ts'
import { bubblewrapProgram, Shell } from './app-shell.ts'
import { createWeb } from './app-web.ts'

export function createRegistry(
  base: Base,
  options: AppOptions,
  approver: Approver,
  jobTools: readonly Tool[],
): Registry {
  const { workspace, origins, devices, rawTools, audit, network } = base
  const { clock, log, redact, config } = options
  return new Registry({
    tools: [
      ...createFileTools(workspace, origins),
      ...createDeviceTools(devices),
      ...rawTools.tools,
      ...createWeb(config.web, network, log),
      ...jobTools,
      ...(options.tools ?? []),
    ],
    approver,
    budget: new ActBudget({
      acts: new HourCount({ clock, recall: (sinceMs) => audit.since(sinceMs, 'counts') }),
      actsPerHour: config.limits.actsPerHour,
    }),
    audit,
    clock,
    log,
    redact,
    park: (name, text, isOurs) => parkResult({ workspace, origins }, name, text, isOurs),
  })
}

export function createShell(base: Base, registry: Registry, options: AppOptions): Shell {
  const { workspace, origins, ownerNotices } = base
  const { config, clock, log, home } = options
  const { policy, isAskedFor, ...settings } = config.shell
  const parts = {
    workspace,
    stateFolder: home.state,
    timezone: config.timezone,
    program: bubblewrapProgram,
    clock,
    origins,
  }
  return new Shell({
    options: policy === 'off' ? undefined : { ...parts, settings: { ...settings, policy } },
    offer: (tool) => registry.offer(tool),
    // Who never wrote of a shell may not have installed what it needs, and need not hear of it at each start.
    tellOwner: (sentence) => {
      if (isAskedFor) ownerNotices.tell('shell', sentence)
    },
    clock,
    log,
  })
}

function createPrompts(base: Base, steering: SteeringFiles): PromptCache {
  const { workspace, origins, devices, board, hardware } = base
  const readFile = (path: string): Promise<string | undefined> => steering.read(path)
  const listFolders = foldersOf(workspace)
  return new PromptCache(
    {
      readFile,
      skills: () => listSkills({ readFile, listFolders }),
      devices: () => devices.list(),
      board: board.label,
      simulated: hardware.simulated,
    },
    { fingerprint: (paths) => `${origins.version} ${workspace.fingerprint(paths)}`, listFolders },
  )
}

/** What the turns of chats and of jobs have in common. */
function createTurns(
  { base, registry, choice, shell, options }: Pick<AgentParts, 'base' | 'registry' | 'choice' | 'shell' | 'options'>,
  prompts: PromptCache,
) {
  const { devices } = base
  const { clock, config } = options
  const mind = {
    registry,
    clock,
    iterationsMax: Math.min(config.limits.iterations, limits.turnIterationsMax),
    context: () =>
      formatContext({
        nowMs: clock.nowMs(),
        timezone: config.timezone,
        known: devices.known(),
        latched: devices.latched(),
      }),
    ordersIn: async (text: string) => {
      const { Orders } = await loadPart('offline')
      return new Orders(text, devices.list())
    },
  }
  const prompt = async (role: Person['role']): Promise<string> => {
    if (role === 'owner') await shell.ready()
    return prompts.get(role)
  }
  const jobTurns: JobTurnParts = {
    model: choice,
    context: mind.context,
    async begin({ model, words, context, origin }) {
      const requests = new TurnRequests({
        model,
        tools: () => registry.specs(origin.person),
        asker: origin,
        system: await prompt(origin.person.role),
        history: [],
        summary: undefined,
        earlierLeftOut: false,
        gauge: new Gauge(),
        context,
      })
      requests.listen(words)
      const silent = { join: () => [], onTool: () => undefined, onProgress: () => undefined }
      return new Turn({ ...mind, ...silent, model, requests, origin })
    },
  }
  return { mind, prompt, jobTurns }
}

/** What the heartbeat looks after, in the workspace. */
const heartbeatFile = 'HEARTBEAT.md'

interface AgentParts {
  readonly base: Base
  readonly registry: Registry
  readonly approvals: ApprovalDesk
  readonly pairing: PairingPort | undefined
  readonly choice: ModelChoice
  readonly shell: Shell
  readonly jobs: Jobs
  readonly options: AppOptions
}

/** The loop and the commands, which know each other: a command stops turns, and the loop hands commands over. */
export function createAgent(parts: AgentParts): {
  readonly prompts: PromptCache
  readonly loop: AgentLoop
  readonly commands: Commands
  readonly status: (asked: Inbound | 'on the host') => Promise<string>
  /** How a turn without a history is begun. */
  readonly jobTurns: JobTurnParts
  readonly heart: HeartParts
} {
  const { base, registry, approvals, pairing, choice, shell, jobs, options } = parts
  const { board, devices, bus, sessions, rawTools, play } = base
  const { clock, log } = options
  const steering = new SteeringFiles({ ...base, log })
  const prompts = createPrompts(base, steering)
  const startedMs = clock.monotonicMs()
  const { mind, prompt, jobTurns } = createTurns(parts, prompts)
  const loop: AgentLoop = new AgentLoop({
    ...mind,
    bus,
    sessions,
    model: choice,
    log,
    prompt,
    roleNow: roleNowOf(base),
    news: () => steering.takeNews(),
    command: (message, origin) => commands.run(message, origin),
  })
  const isShared = ({ channel, chat }: { readonly channel: string; readonly chat: string }): boolean =>
    channel === 'telegram' && base.telegram?.isGroup(chat) === true
  const status = async (asked: Inbound | 'on the host'): Promise<string> =>
    statusText({
      version: version(),
      upMs: clock.monotonicMs() - startedMs,
      memoryBytes: options.memoryBytes(),
      board: board.label,
      model: choice.id,
      tokens: choice.tokensLine(),
      devices,
      // What guests cannot call is no affair of theirs.
      shell:
        asked === 'on the host' || asked.person.role === 'owner'
          ? await shellLines(shell, parts, asked !== 'on the host' && isShared(asked))
          : undefined,
      ...(asked === 'on the host' || asked.person.role === 'owner'
        ? { jobs: jobs.status(), heartbeat: await jobs.heartbeat() }
        : {}),
      channels: base.telegram === undefined ? [] : [{ title: 'Telegram', ...base.telegram.status() }],
      // Asked in a chat, the question is one of the open messages.
      waiting: bus.pending().length - (asked === 'on the host' ? 0 : 1),
      undelivered: bus.undelivered().length,
      runningTurns: loop.runningTurns(),
      // What was said in others' chats is no guest's affair.
      deadLetters: asked === 'on the host' || asked.person.role === 'owner' ? bus.deadLetters() : [],
      isShared: asked !== 'on the host' && isShared(asked),
    })
  const commands = new Commands({
    registry,
    devices,
    makeSafe: async (reason) => {
      await Promise.all([devices.driveSafe({ latch: true, reason }), rawTools.close()])
    },
    stopTurns: (where) => loop.stopTurns(where),
    stopRuns: (where) => jobs.stopRuns(where),
    jobs: jobs.obey(isShared),
    approvals: withGuessBound(
      withSteeringFiles(approvals, steering, isShared, async () => {
        await prompts.get('owner')
        if (options.config.heartbeatMs !== undefined) await steering.read(heartbeatFile)
      }),
      clock,
    ),
    commandsOf: (channel) => base.channels.find(({ name }) => name === channel)?.commands ?? [],
    startNew: (channel, chat) => sessions.use(channel, chat, (session) => session.startNew(clock.nowMs())),
    status,
    pairing,
    choice,
    record: (command) => base.audit.command(command),
    ...(play === undefined ? {} : { play }),
  })
  const heart: HeartParts = {
    model: () => choice.withoutOffline(),
    read: () => steering.read(heartbeatFile),
    whyLeftOut: () => steering.whyLeftOut(heartbeatFile),
    takeNews: () => steering.takeNews(),
    isBusy: () => loop.runningTurns() > 0,
  }
  return { loop, commands, prompts, status, jobTurns, heart }
}

/** What commands run in; and what makes all that they print text from outside, which else nobody would find. */
async function shellLines(
  shell: Shell,
  { base, options }: { readonly base: Base; readonly options: AppOptions },
  isShared: boolean,
): Promise<string> {
  const line = await shell.line()
  const { policy, network } = options.config.shell
  // Others read along: names of files are none of theirs. With the network it would be from outside anyway.
  if (policy === 'off' || network || isShared) return line
  const why = await base.origins.whyForeign()
  return why === undefined ? line : `${line}\nWhat commands print counts as text from outside: ${why}.`
}
