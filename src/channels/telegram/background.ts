import type { Log } from '../../log.ts'
import { sentenceOf } from '../../errors.ts'

/** Work that nobody waits for, until the end: then `settled` waits for all of it. */
export class Background {
  readonly #running = new Set<Promise<void>>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  run(work: () => Promise<unknown>): void {
    const task = this.#finish(work).finally(() => this.#running.delete(task))
    this.#running.add(task)
  }

  async #finish(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#log.error('telegram', `Something failed in the background: ${sentenceOf(error)}`)
    }
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
