import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { planStart } from './output-restart.ts'
import type { StartPlan } from './output-restart.ts'
import { withCarried } from './output-set.ts'
import type { OutputSet } from './output-set.ts'
import { causes, noEnds, oppositeOf, switched } from './output-status.ts'
import type { Back, OutputStatus } from './output-status.ts'
import type { StoredOutputs } from './output-store.ts'
import type { Output } from './output.ts'

interface Opening {
  readonly set: OutputSet
  readonly stored: StoredOutputs
  readonly latched: boolean
  readonly clock: Clock
  readonly log: Log
  /** The epoch of each output when the start began: what is driven safe after that stays safe. */
  readonly epochs: ReadonlyMap<Output, number>
}

/**
 * Requests every line with its first level, safe or restored. Never fails: a line that cannot be had is that output's
 * fault alone. What is restored comes last, when the rest of its interlock group is known to be off.
 */
export async function openOutputs(opening: Opening): Promise<void> {
  const { set, stored, latched, clock, log } = opening
  const nowMs = clock.monotonicMs()
  const restores: { readonly output: Output; readonly plan: StartPlan; readonly back: Back }[] = []
  for (const output of set.all) {
    const plan = planStart(output.name, output.config, stored, { latched, nowMs })
    if (plan.note !== undefined) log.info('devices', plan.note)
    const { back } = plan.status
    const { interlock } = output.config
    // A changed configuration can put two that were on into one group: the first one wins.
    const isTaken = interlock !== undefined && restores.some((each) => each.output.config.interlock === interlock)
    if (back === undefined || back.atMs > nowMs) await openSafe(opening, output, plan, back)
    else if (isTaken) await openSafe(opening, output, plan, undefined)
    else restores.push({ output, plan, back })
  }
  for (const { output, plan, back } of restores) await restore(opening, output, plan, back)
}

async function restore(opening: Opening, output: Output, plan: StartPlan, back: Back): Promise<void> {
  const { set, clock, log } = opening
  const value = oppositeOf(output.config.safe)
  const verdict = set.judge(output, { value, forMs: undefined }, plan.status)
  if (verdict.kind === 'refused') {
    await openSafe(opening, output, plan, set.postpone(output, back, verdict))
    return
  }
  const { asker } = plan.status
  const to = { state: value, plan: withCarried(verdict, back), cause: causes.start, asker }
  const status = switched(plan.status, to, output.config, clock.monotonicMs())
  await open(opening, output, value, status)
  if (output.status.state === value) log.info('devices', `${output.name} is ${value} again, as before the restart.`)
}

async function openSafe(opening: Opening, output: Output, plan: StartPlan, back: Back | undefined): Promise<void> {
  const { safe } = output.config
  const to = { state: safe, plan: { ...noEnds, back }, cause: causes.start, asker: plan.status.asker }
  const status = plan.wasAway
    ? switched(plan.status, to, output.config, opening.clock.monotonicMs())
    : { ...plan.status, back }
  await open(opening, output, safe, status)
}

async function open(opening: Opening, output: Output, state: 'on' | 'off', status: OutputStatus): Promise<void> {
  await output.open(state, status, opening.epochs.get(output) ?? 0)
  if (output.fault !== undefined) opening.log.error('devices', `${output.name} cannot be driven. ${output.fault}`)
}
