import type { JobTurnParts } from './agent/job-turn.ts'
import { type AppOptions, type Base, roleNowOf } from './app-base.ts'
import { isPincerError } from './errors.ts'
import type { Model } from './model/model.ts'
import { spentTokens } from './model/reply-tokens.ts'
import { wrapModel } from './model/wrapped-model.ts'
import { loadPart } from './parts.ts'
import type { HeartbeatOptions } from './schedule/heartbeat.ts'
import type { JobMaker } from './schedule/job.ts'
import type { JobPerformer } from './schedule/job-performer.ts'
import type { Registry } from './tools/registry.ts'

/** What the agent knows that the heartbeat needs. */
export interface HeartParts extends Pick<HeartbeatOptions, 'read' | 'whyLeftOut' | 'takeNews' | 'isBusy'> {
  /** Any but the offline one, which would answer that it understands nothing. */
  readonly model: () => Model
}

export interface Heart {
  /** Ends a beat of this chat, or any. Answers how many that were. */
  stopRuns: JobPerformer['stopRuns']
  /** For /status. */
  status(): Promise<string>
  stop(): Promise<void>
}

/** The heartbeat, where the configuration wants one and a model is there that understands it. */
export async function openHeartbeat({
  base,
  options,
  registry,
  agent,
}: {
  readonly base: Base
  readonly options: AppOptions
  readonly registry: () => Registry
  readonly agent: () => { readonly jobTurns: JobTurnParts; readonly heart: HeartParts }
}): Promise<Heart | undefined> {
  const { bus, devices, workspace } = base
  const { clock, log, home, config } = options
  const { heartbeatMs } = config
  if (heartbeatMs === undefined) return undefined
  // The notes of the configuration say so.
  if (options.model === undefined && config.models.every((id) => id === 'offline')) return undefined
  const [{ Heartbeat }, { createPerformer }, { askInTurn }] = await Promise.all([
    loadPart('heartbeat'),
    loadPart('jobs'),
    loadPart('jobTurn'),
  ])
  const { heart, jobTurns } = agent()
  const { model: mind, ...looks } = heart
  let tokens = 0
  const count = (more: number): void => void (tokens += more)
  const model = counted(mind(), count)
  const performer = createPerformer({
    bus,
    registry: registry(),
    devices,
    roleNow: roleNowOf(base),
    ask: (job, task, origin) => askInTurn(job, task, origin, { ...jobTurns, model }),
  })
  const heartbeat = new Heartbeat({
    everyMs: heartbeatMs,
    clock,
    log,
    stateFolder: home.state,
    devices,
    ...looks,
    fingerprint: (name) => fingerprintOf(workspace, name),
    owner: () => ownerOf(base, options),
    ask: async (job, run) => {
      tokens = 0
      const outcome = await performer.ask(job, run)
      return { outcome, tokens }
    },
    tell: async ({ maker: { channel, chat } }, text, { failed }) => {
      await bus.send({ channel, chat, text, failed }, [], undefined)
    },
  })
  await heartbeat.start()
  return {
    stopRuns: (where) => performer.stopRuns(where),
    status: () => heartbeat.status(),
    stop: () => heartbeat.stop(),
  }
}

/** The first one whom Pincer can write to; where no channel is served, who runs this process. */
function ownerOf({ telegram, terminal }: Base, { person }: AppOptions): JobMaker | undefined {
  if (telegram === undefined) {
    return { channel: terminal.name, chat: terminal.chat, person: { id: person.id, name: person.name } }
  }
  const [owner] = telegram.recipients()
  if (owner === undefined) return undefined
  const { channel, chat, id, name } = owner
  return { channel, chat, person: { id, name } }
}

/** What lies outside of the workspace is as if it were not there. */
function fingerprintOf(workspace: Base['workspace'], name: string): string {
  try {
    workspace.validate(name)
  } catch (error) {
    if (isPincerError(error)) return '-'
    throw error
  }
  return workspace.fingerprint([name])
}

function counted(model: Model, count: (tokens: number) => void): Model {
  return wrapModel(model, async (request, signal) => {
    const reply = await model.complete(request, signal)
    count(spentTokens(reply.usage))
    return reply
  })
}
