import type { JobState } from './job-records.ts'
import type { JobStore } from './job-store.ts'
import { interruptedText, jobTitle } from './job-words.ts'
import type { Job } from './job.ts'
import { pauseIfFailing } from './run-result.ts'

/**
 * At a start: a run that was in the middle of something when the process ended is told and counted, and never repeated.
 * `tell` never rejects.
 */
export async function tellInterrupted(
  { job, running }: JobState,
  { store, tell }: { readonly store: JobStore; readonly tell: (job: Job, text: string) => Promise<void> },
): Promise<void> {
  if (running === undefined) return
  await tell(job, interruptedText(job, running.calls))
  const outcome = { kind: 'interrupted' } as const
  await store.keep([{ k: 'end', id: job.id, slot: running.slot, durationMs: 0, outcome }])
  await pauseIfFailing(store, job.id, outcome)
  if (store.book.get(job.id)?.job.paused !== undefined) {
    await tell(job, `${jobTitle(job)} is paused: it was interrupted again and again. Resume it in /jobs.`)
  }
}
