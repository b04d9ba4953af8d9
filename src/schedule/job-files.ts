import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where the jobs of a home are kept, and the newest good copy of them. */
export function jobFiles(stateFolder: string): { readonly path: string; readonly copy: string } {
  return { path: join(stateFolder, 'jobs.jsonl'), copy: join(stateFolder, 'jobs.previous.jsonl') }
}

/** Whether there were ever jobs here: without any, nothing of the schedule is loaded. */
export function hasJobs(stateFolder: string): boolean {
  const { path, copy } = jobFiles(stateFolder)
  return existsSync(path) || existsSync(copy)
}
