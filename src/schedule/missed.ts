import { limits } from '../limits.ts'
import type { Job, JobTime } from './job.ts'

/** What becomes of a slot that comes so late. */
export type Verdict = 'run' | 'catch-up' | 'missed'

export function verdictOn({ missed, action }: Pick<Job, 'missed' | 'action'>, lateMs: number): Verdict {
  if (lateMs <= limits.jobOnTimeMs) return 'run'
  return missed === 'once' && lateMs <= graceMs(action) ? 'catch-up' : 'missed'
}

/** Whether it runs more than once. */
export function isRepeated({ kind }: JobTime): boolean {
  return kind !== 'in' && kind !== 'at'
}

/** A single run is not lost for a power cut; of a repeated one the next comes soon. */
export function missedByDefault(time: JobTime): Job['missed'] {
  return isRepeated(time) ? 'skip' : 'once'
}

/** A text is still worth something after hours; an output that is switched then surprises. */
export function graceMs({ kind }: Pick<Job['action'], 'kind'>): number {
  return kind === 'do' ? limits.jobActGraceMs : limits.jobGraceMs
}

/** Why a slot is left out that comes while its job still runs. */
export const stillRunning = 'the run before it was not over'
