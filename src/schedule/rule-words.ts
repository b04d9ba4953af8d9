import type { Job } from './job.ts'
import { jobTitle } from './job-words.ts'
import type { Rule } from './rule.ts'

/** What people are told of rules. */

/** A device that rules rest on cannot be read. `states`: what their outputs were driven to, for example `heater off`. */
export function lostText(
  device: string,
  rules: readonly Rule[],
  {
    why,
    states,
    fault,
  }: { readonly why: string; readonly states: readonly string[]; readonly fault: string | undefined },
): string {
  const rest = `${device} cannot be read, and ${namesOf(rules)} ${rules.length === 1 ? 'rests' : 'rest'} on it. ${why}`
  const driven = states.length === 0 ? '' : ` Driven to the safe state until then: ${states.join(', ')}.`
  return `${rest}${fault === undefined ? driven : ` ${fault}`} I say when it can be read again.`
}

export function backText(device: string, rules: readonly Rule[]): string {
  return `${device} can be read again: ${namesOf(rules)} ${rules.length === 1 ? 'goes' : 'go'} on.`
}

/** A limit undid what the rule keeps, and the rule is true still. */
export function cutText(job: Job, output: string): string {
  return `${jobTitle(job)} is still true, but leaves ${output} as it is after maxOn until its condition was false and is true again. Give ${output} a longer maxOn if it needs more time.`
}

/** The job rests on what the configuration does not have any more. */
export function missingText(job: Job, why: string): string {
  return `${jobTitle(job)} is paused: ${why}. Put it back into pincer.yaml and resume the job, or remove it.`
}

function namesOf(rules: readonly Rule[]): string {
  return rules.map(({ job }) => jobTitle(job)).join(' and ')
}
