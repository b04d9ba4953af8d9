import type { Condition, Job } from './job.ts'
import { keepsState } from './rule-wishes.ts'

/**
 * What a job does where its condition holds already as it begins to watch: decided here alone.
 *
 * - A state without a length, `is: open`, is waited for as a change: the door opens. A state that was there when the job was
 *   made or resumed is none. The job waits until the device has left it, over restarts too.
 * - Everything else holds for a while, and is true at once, or once it has lasted as long as it must. What keeps outputs in
 *   a state fires, since a start or a lost sensor made them safe. What says or asks fires unless it did since it became
 *   true. What pulses an output or changes anything else waits until it becomes true anew, or each start would repeat it;
 *   of what must last, counting from when the job was made, the first time is such a becoming.
 */
export type Beginning = 'made' | 'start'

/** Whether the condition is a change, and no state that holds for a while. */
export function isChange(when: Condition): boolean {
  return when.kind === 'is' && when.forMs === 0
}

/** For what is no such change: whether it fires though nobody saw it become true. `wasTold`: it did since. */
export function firesAtFirst(
  job: Pick<Job, 'action'>,
  when: Condition,
  { from, wasTold }: { readonly from: Beginning; readonly wasTold: boolean },
): boolean {
  if (keepsState(job)) return true
  return !wasTold && (job.action.kind !== 'do' || (from === 'made' && mustLast(when)))
}

function mustLast(when: Condition): boolean {
  return when.kind === 'stale' || ('forMs' in when && when.forMs > 0)
}
