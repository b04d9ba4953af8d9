import type { PlanWhen } from './plan-condition.ts'
import { becoming } from './plan-wanted.ts'
import { renderName } from './render.ts'

/** As a message would begin with it. */
export function conditionWords(when: PlanWhen): string {
  if ('event' in when) return when.event === 'start' ? 'when you start,' : `when trigger ${when.name} is run,`
  const [name = '', quantity] = when.device.split('.')
  if ('stale' in when) return `when ${renderName(name)} has no reading for ${when.stale},`
  if ('is' in when && when.for === undefined) return `when ${renderName(name)} ${becoming(when.is)},`
  const what = quantity === undefined ? renderName(name) : `${quantity} in ${renderName(name)}`
  return `when ${what} is ${wanted(when)}${lasting(when)},`
}

/** What is said when it fires; of a level `undefined`, since a reading says more. */
export function conditionNews(when: PlanWhen): string | undefined {
  if ('event' in when) return when.event === 'start' ? 'I have started.' : `pincer trigger ${when.name} was run.`
  if ('stale' in when) return `${when.device} has had no reading for ${when.stale}.`
  if (!('is' in when)) return undefined
  return when.for === undefined
    ? `${when.device} is ${when.is}.`
    : `${when.device} has been ${when.is} for ${when.for}.`
}

function wanted(
  when: Extract<PlanWhen, { readonly is: string } | { readonly above: number } | { readonly below: number }>,
): string {
  if ('is' in when) return when.is
  return 'above' in when ? `above ${when.above}` : `below ${when.below}`
}

function lasting(when: { readonly for?: string }): string {
  return when.for === undefined ? '' : ` for ${when.for}`
}
