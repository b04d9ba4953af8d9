import { type ObeyJobs } from './agent/job-commands.ts'
import type { JobTurnParts } from './agent/job-turn.ts'
import { type AppOptions, type Base, roleNowOf } from './app-base.ts'
import { type Heart, type HeartParts, openHeartbeat } from './app-heartbeat.ts'
import { PincerError } from './errors.ts'
import { loadPart } from './parts.ts'
import { builtAtMs } from './runtime.ts'
import type { Calendar } from './schedule/calendar.ts'
import { hasJobs } from './schedule/job-files.ts'
import type { JobTime } from './schedule/job.ts'
import type { JobAnswer, JobOrderer } from './schedule/job-orders.ts'
import type { JobPerformer } from './schedule/job-performer.ts'
import type { TroubleOf } from './schedule/job-trouble.ts'
import type { Schedule } from './schedule/schedule.ts'
import type { TellMaker } from './schedule/perform.ts'
import type { Triggers } from './schedule/triggers.ts'
import { createScheduleTools, type ScheduleDesk } from './schedule/tools.ts'
import type { Registry } from './tools/registry.ts'
import type { Tool } from './tools/tool.ts'

interface Opened {
  readonly schedule: Schedule
  readonly performer: JobPerformer
  readonly desk: ScheduleDesk
  readonly obey: (words: string, by: JobOrderer) => Promise<JobAnswer>
  readonly status: () => string | undefined
  readonly stop: () => Promise<void>
}

interface Surroundings {
  readonly base: Base
  readonly options: AppOptions
  /** Known when all is built: the tools of the schedule are among the tools that its jobs call. */
  readonly registry: () => Registry
  readonly agent: () => { readonly jobTurns: JobTurnParts; readonly heart: HeartParts }
}

/**
 * What is planned. A home without jobs loads nothing of it: whether there are any is seen by the file that they are in,
 * and the first job opens it.
 */
export class Jobs {
  readonly tools: readonly Tool[]
  readonly #surroundings: Surroundings
  #opening: Promise<Opened> | undefined
  #opened: Opened | undefined
  #heart: Heart | undefined

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.tools = createScheduleTools(async () => (await this.#open()).desk)
  }

  async start(): Promise<void> {
    if (this.#isPlanned()) await this.#open()
    this.#heart = await openHeartbeat(this.#surroundings)
  }

  async stop(): Promise<void> {
    await this.#heart?.stop()
    await (await this.#opening)?.stop()
  }

  /** Ends the runs of this chat, or all. Answers how many there were. */
  stopRuns(where: Parameters<JobPerformer['stopRuns']>[0]): number {
    return (this.#opened?.performer.stopRuns(where) ?? 0) + (this.#heart?.stopRuns(where) ?? 0)
  }

  /** Behind /jobs. */
  obey(isShared: (message: Parameters<ObeyJobs>[1]) => boolean): ObeyJobs {
    return (words, message) => this.#order(words, { ...message, isShared: isShared(message) })
  }

  /** Behind `pincer jobs`. Rejects with `usage` for what cannot be done. */
  async orderFromHost(words: string): Promise<string> {
    const { text, failed } = await this.#order(words, 'on the host')
    if (failed === true) throw new PincerError('usage', text)
    return text
  }

  /** Behind `pincer trigger NAME`. Rejects with `usage` where no job waits for it, or none of those runs now. */
  async trigger(name: string): Promise<string> {
    const schedule = this.#isPlanned() ? (await this.#open()).schedule : undefined
    const count = (await schedule?.trigger(name)) ?? 0
    if (count > 0) return count === 1 ? 'One job runs.' : `${count} jobs run.`
    const waits = schedule?.list().some(({ job: { time } }) => isTriggeredBy(time, name)) ?? false
    throw new PincerError(
      'usage',
      waits
        ? `Nothing runs: what waits for the trigger ${JSON.stringify(name)} is paused, runs already, ran just now, or ran too often within the hour. \`pincer jobs\` shows which.`
        : `No job waits for the trigger ${JSON.stringify(name)}. Make one in the chat, for example: when trigger ${name} is run, say it is done`,
    )
  }

  /** For /status; nothing where nothing is planned. */
  status(): string | undefined {
    return this.#opened?.status()
  }

  /** For /status; nothing where none is configured. */
  async heartbeat(): Promise<string | undefined> {
    if (this.#surroundings.options.config.heartbeatMs === undefined) return undefined
    return (await this.#heart?.status()) ?? 'Heartbeat: does nothing, because offline understands no HEARTBEAT.md.'
  }

  /** Where nothing was ever planned the list needs no part; an order about a job is wrong then, and told so. */
  async #order(words: string, by: JobOrderer): Promise<JobAnswer> {
    const asksForList = /^\s*(list\s*)?$/i.test(words)
    if (asksForList && !this.#isPlanned()) return { text: 'There are no jobs.' }
    return (await this.#open()).obey(words, by)
  }

  #isPlanned(): boolean {
    return this.#opening !== undefined || hasJobs(this.#surroundings.options.home.state)
  }

  #open(): Promise<Opened> {
    this.#opening ??= open(this.#surroundings).then((opened) => (this.#opened = opened))
    return this.#opening
  }
}

function isTriggeredBy(time: JobTime, name: string): boolean {
  return time.kind === 'when' && time.when.kind === 'trigger' && time.when.name === name
}

async function open({ base, options, registry, agent }: Surroundings): Promise<Opened> {
  const { bus, devices, ownerNotices, clock } = base
  const { log, home, config } = options
  const [{ createJobDesk, createPerformer, jobsLine, orderJobs, troubleWith }, { createSchedule }] = await Promise.all([
    loadPart('jobs'),
    loadPart('schedule'),
  ])
  let made: Calendar | undefined
  const calendar = async (): Promise<Calendar> =>
    (made ??= (await loadPart('calendar')).createCalendar(config.timezone))
  const roleNow = roleNowOf(base)
  const performer = createPerformer({
    bus,
    registry: registry(),
    devices,
    roleNow,
    ask: async (job, task, origin) => (await loadPart('jobTurn')).askInTurn(job, task, origin, agent().jobTurns),
  })
  const tell: TellMaker = async ({ maker: { channel, chat } }, text, { failed }) => {
    await bus.send({ channel, chat, text, failed }, [], undefined)
  }
  const schedule = createSchedule({
    clock,
    log,
    stateFolder: home.state,
    calendar,
    perform: performer,
    tell,
    tellOwner: (kind, sentence) => ownerNotices.tell(kind, sentence),
    roleNow: ({ channel, person }) => roleNow(channel, { ...person, role: 'owner' }),
    builtAtMs: builtAtMs(),
  })
  let triggers: Promise<Triggers> | undefined
  let running: Triggers | undefined
  const armed = async (isBoot: boolean): Promise<Triggers> => {
    const made = new (await loadPart('triggers')).Triggers({
      schedule,
      devices,
      clock,
      log,
      stateFolder: home.state,
      tell,
    })
    await made.start({ isBoot })
    running = made
    return made
  }
  const startTriggers = async (isBoot: boolean): Promise<void> => void (await (triggers ??= armed(isBoot)))
  const troubleOf: TroubleOf = (job) => troubleWith(job, devices.list(), (id) => running?.lossOf(id))
  const parts = { schedule, devices, clock, timezone: config.timezone, calendar, troubleOf }
  const desk = createJobDesk({
    ...parts,
    examine: (call) => registry().examine(call),
    startTriggers: () => startTriggers(false),
  })
  await schedule.start()
  if (schedule.list().some(({ job }) => job.time.kind === 'when')) await startTriggers(true)
  return {
    schedule,
    performer,
    desk,
    obey: (words, by) => orderJobs(words, by, parts),
    status: () => jobsLine(schedule.list(), clock.nowMs()),
    async stop() {
      await (await triggers)?.stop()
      await schedule.stop()
    },
  }
}
