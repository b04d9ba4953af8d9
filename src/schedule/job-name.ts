import type { Job } from './job.ts'

/** How a job is named where it speaks: `job 3`, `job 3 (lamp off)`. */
export function jobName({ id, name }: Pick<Job, 'id' | 'name'>): string {
  return name === undefined ? `job ${id}` : `job ${id} (${name})`
}
