import type { Bus } from '../bus/bus.ts'
import type { Person } from '../bus/message.ts'
import type { Devices } from '../devices/device.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { CallOrigin, Registry } from '../tools/registry.ts'
import type { Job, RunOutcome } from './job.ts'
import type { Perform, RunContext } from './perform.ts'

export interface PerformerOptions {
  readonly bus: Pick<Bus, 'send' | 'hasRoom'>
  readonly registry: Pick<Registry, 'run' | 'isReadOnly'>
  readonly devices: Pick<Devices, 'latched'>
  /** What a maker may do now; undefined where nobody is known by this id any more. */
  readonly roleNow: (channel: string, person: Person) => Person['role'] | undefined
  /** One turn of the model with this task. */
  readonly ask: (job: Job, task: string, origin: CallOrigin) => Promise<RunOutcome>
}

export interface JobPerformer extends Perform {
  /** Ends the runs of this chat, or all. Answers how many there were. */
  stopRuns(where: { readonly channel: string; readonly chat: string } | 'all'): number
}

/** Runs what jobs do: with the rights that their makers have now, and for `do` with what was allowed with the job. */
export function createPerformer(options: PerformerOptions): JobPerformer {
  const { bus, registry, devices } = options
  const running = new Set<{ readonly job: Job; readonly aborter: AbortController }>()
  /** `work` under a signal that /stop reaches too. */
  const stoppable = async (
    job: Job,
    run: RunContext,
    work: (origin: CallOrigin) => Promise<RunOutcome>,
  ): Promise<RunOutcome> => {
    const aborter = new AbortController()
    const entry = { job, aborter }
    running.add(entry)
    try {
      const outcome = await work(originOf(job, run, aborter.signal, options))
      return aborter.signal.aborted && outcome.kind !== 'done' ? { kind: 'skipped', why: 'ended by /stop' } : outcome
    } finally {
      running.delete(entry)
    }
  }
  return {
    async say({ action, maker: { channel, chat } }) {
      if (action.kind !== 'say') throw new TypeError(`A job that does ${action.kind} has nothing to say.`)
      if (!bus.hasRoom(channel)) {
        throw new PincerError('limit', `${limits.busMessagesMax} messages wait for ${channel} already.`)
      }
      await bus.send({ channel, chat, text: action.text, failed: false }, [], undefined)
    },
    async do(job, run) {
      const { action } = job
      if (action.kind !== 'do') throw new TypeError(`A job that does ${action.kind} has no calls.`)
      const latched = devices.latched()
      if (latched !== undefined && action.calls.some(({ tool }) => !registry.isReadOnly(tool))) {
        return { kind: 'skipped', why: `outputs are latched safe (${latched})` }
      }
      return stoppable(job, run, (origin) => runCalls(job, action.calls, origin, registry))
    },
    ask(job, run) {
      const { action } = job
      if (action.kind !== 'ask') throw new TypeError(`A job that does ${action.kind} has no task.`)
      return stoppable(job, run, (origin) => options.ask(job, action.task, origin))
    },
    stopRuns(where) {
      const met = [...running].filter(
        ({ job: { maker } }) => where === 'all' || (maker.channel === where.channel && maker.chat === where.chat),
      )
      for (const { aborter } of met) aborter.abort()
      return met.length
    },
  }
}

type Calls = (Job['action'] & { readonly kind: 'do' })['calls']

/** In order, until one fails. */
async function runCalls(
  job: Job,
  calls: Calls,
  origin: CallOrigin,
  registry: Pick<Registry, 'run'>,
): Promise<RunOutcome> {
  const said: string[] = []
  for (const [index, { tool, args }] of calls.entries()) {
    const call = { id: `job-${job.id}-${index}`, name: tool, arguments: JSON.stringify(args) }
    const { text, failed } = await registry.run(call, { ...origin, planned: { allowed: job.approved?.[index] } })
    if (failed) return { kind: 'failed', why: [text, ...said.map((each) => `Done before that: ${each}`)].join(' ') }
    said.push(text)
  }
  return job.quiet ? { kind: 'done' } : { kind: 'done', said: said.join('\n') }
}

function originOf(
  { maker, foreign }: Job,
  run: RunContext,
  stop: AbortSignal,
  { roleNow }: Pick<PerformerOptions, 'roleNow'>,
): CallOrigin {
  const { channel, chat, person } = maker
  return {
    channel,
    chat,
    get person() {
      return { ...person, role: roleNow(channel, { ...person, role: 'owner' }) ?? 'guest' }
    },
    messageAgeMs: 0,
    untrusted: foreign,
    signal: AbortSignal.any([run.signal, stop]),
    beforeChange: (what, source) => run.beforeChange(what, source),
  }
}
