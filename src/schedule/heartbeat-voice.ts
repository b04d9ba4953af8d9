import type { Log } from '../log.ts'
import type { Job, JobMaker, RunOutcome } from './job.ts'
import type { TellMaker } from './perform.ts'

/** What the heartbeat says to its owner. */
export class HeartbeatVoice {
  readonly #log: Log
  readonly #tell: TellMaker
  /** The first failure of a row was told. */
  #hasFailed = false

  constructor({ log, tell }: { readonly log: Log; readonly tell: TellMaker }) {
    this.#log = log
    this.#tell = tell
  }

  /** What a beat has found, or the first failure of a row; `isStopping`: what ends with the process is no failure. */
  async outcome(job: Job, outcome: RunOutcome, isStopping: boolean): Promise<void> {
    switch (outcome.kind) {
      case 'done':
        this.#hasFailed = false
        if (outcome.said !== undefined) await this.#tell(job, `Heartbeat: ${outcome.said}`, { failed: false })
        return
      case 'failed':
      case 'skipped':
        this.#log.warn('heartbeat', outcome.why)
        if (outcome.kind === 'skipped' || this.#hasFailed || isStopping) return
        this.#hasFailed = true
        await this.#tell(job, `The heartbeat failed: ${outcome.why}`, { failed: true })
        return
      case 'interrupted':
        return
    }
  }

  /** The process ended in the middle of a beat that had started these calls. */
  async interrupted(job: Job, calls: readonly string[]): Promise<void> {
    const text = `The heartbeat was interrupted: I ended in the middle of it. It is not repeated. It had started:\n- ${calls.join('\n- ')}`
    await this.#tell(job, text, { failed: true })
  }

  /** Who wrote the file by hand waits for something to happen. */
  async leftOut(job: Job, news: string): Promise<void> {
    await this.#tell(job, news, { failed: false })
  }
}

/** A beat as the job that it is for whoever runs and tells it. */
export function beatJob(maker: JobMaker, task: string, at: { readonly everyMs: number; readonly nowMs: number }): Job {
  return {
    id: 'heartbeat',
    time: { kind: 'every', everyMs: at.everyMs },
    action: { kind: 'ask', task },
    missed: 'skip',
    quiet: true,
    maker,
    madeAtMs: at.nowMs,
  }
}

/** What the model is asked: the file, and what changed of what it names. */
export function taskText(task: string, changed: readonly string[]): string {
  const news = changed.length === 0 ? '' : `\n\nChanged since you last looked: ${changed.join(', ')}.`
  return `Look after what your owner wrote into HEARTBEAT.md:\n\n${task}${news}`
}
