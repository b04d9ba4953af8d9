import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import type { Log } from '../log.ts'
import { earlier } from './output-status.ts'
import type { Back, Ends, OutputStatus, Plan } from './output-status.ts'
import { judge } from './output-rules.ts'
import type { Allowed, OutputView, Verdict, Wish } from './output-rules.ts'
import type { OutputRecord } from './output-store.ts'
import type { Output } from './output.ts'

/** All outputs together: what one may do depends on the others of its interlock group. */
export class OutputSet {
  readonly all: readonly Output[]
  readonly #clock: Clock
  readonly #log: Log

  constructor(all: readonly Output[], options: { readonly clock: Clock; readonly log: Log }) {
    this.all = all
    this.#clock = options.clock
    this.#log = options.log
  }

  /** `status`: as if the output had this one. */
  judge(output: Output, wish: Wish, status: OutputStatus = output.status): Verdict {
    const { name, config } = output
    const found = config.interlock === undefined ? undefined : this.all.find((other) => isRival(output, other))
    const rival =
      found === undefined
        ? undefined
        : { name: found.name, state: found.status.state === 'on' ? ('on' as const) : ('unknown' as const) }
    return judge({ name, config, status, rival, settling: this.#settling(output) }, wish, this.#clock.monotonicMs())
  }

  /** Of the others in the group, the one for which the dead time lasts longest. */
  #settling(output: Output): OutputView['settling'] {
    const { interlock, deadTimeMs = 0 } = output.config
    if (interlock === undefined) return undefined
    const others = this.all.flatMap(({ name, config, status: { state, sinceMs } }) => {
      if (name === output.name || config.interlock !== interlock || state !== 'off' || sinceMs === undefined) return []
      return [{ name, untilMs: sinceMs + Math.max(deadTimeMs, config.deadTimeMs ?? 0) }]
    })
    return others.toSorted((a, b) => b.untilMs - a.untilMs)[0]
  }

  /** Fails with PincerError `limit`. `carried`: ends that a switching back brings along. */
  allow(output: Output, wish: Wish, carried: Ends): Allowed {
    const verdict = this.judge(output, wish)
    if (verdict.kind === 'refused') throw new PincerError('limit', verdict.sentence)
    const plan = withCarried(verdict, carried)
    if (plan.endsMs !== undefined && plan.endsMs <= this.#clock.monotonicMs()) {
      throw new PincerError('limit', `${output.name} stays ${output.config.safe}: its time is over.`)
    }
    return { kind: verdict.kind, ...plan }
  }

  /** A switching back that a limit refuses waits where time lifts the limit, and is given up where it does not. */
  postpone(output: Output, back: Back, verdict: Verdict & { readonly kind: 'refused' }): Back | undefined {
    const { untilMs } = verdict
    const waits = untilMs !== undefined && untilMs < (back.endsMs ?? Infinity)
    const what = waits ? 'waits' : 'is given up'
    this.#log.info('devices', `Switching ${output.name} back ${what}: ${verdict.sentence}`)
    return waits ? { ...back, atMs: untilMs } : undefined
  }

  /**
   * Writes all lines at once, or those of `only`; answers the outputs that could not be driven. `cause`: in words behind
   * "switched off".
   */
  async driveSafe(cause: string, only?: readonly string[]): Promise<readonly Output[]> {
    const driven = only === undefined ? this.all : this.all.filter(({ name }) => only.includes(name))
    const results = await Promise.all(driven.map((output) => output.driveSafe(cause)))
    const failed = driven.filter((_, index) => results[index] === false)
    for (const { name, config, fault } of failed) {
      this.#log.error('devices', `${name} could not be driven ${config.safe} ${cause}. ${fault}`)
    }
    return failed
  }

  /** What the disk must know; with `changed`, as if that output had this status already. */
  records(changed?: Output, status?: OutputStatus): Map<string, OutputRecord> {
    const records = new Map<string, OutputRecord>()
    for (const output of this.all) {
      const present = output === changed && status !== undefined ? status : output.status
      const { line, invert, safe, scale } = output.config
      const record = { line, invert, safe, safePercent: scale?.safe, ...present }
      if (present.sinceMs !== undefined) records.set(output.name, record)
    }
    return records
  }
}

/** Whether `other` keeps `output` from going on: one that cannot be driven may be on. */
function isRival(output: Output, other: Output): boolean {
  return other !== output && other.config.interlock === output.config.interlock && other.status.state !== 'off'
}

export function withCarried(allowed: Allowed, carried: Ends): Plan {
  const latestMs = earlier(allowed.latestMs, carried.latestMs)
  return { endsMs: earlier(earlier(allowed.endsMs, carried.endsMs), latestMs), latestMs, back: allowed.back }
}
