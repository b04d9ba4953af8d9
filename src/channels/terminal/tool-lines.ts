/**
 * Each tool call in one quiet line. While it runs the line stands beside the prompt; when it ends it is printed, with
 * `!` when it failed. Where nothing can be taken away again, the line is printed as the call starts, and never again.
 */
export class ToolLines {
  readonly #redraws: boolean
  readonly #print: (line: string) => void
  readonly #showRunning: (line: string) => void
  /** Oldest first. Two calls may have the same line. */
  #running: readonly string[] = []
  /** What a running call is at, by its line. */
  readonly #progress = new Map<string, string>()

  /** `redraws`: false on a dumb terminal. `showRunning` replaces what it showed before; an empty line shows nothing. */
  constructor(options: {
    readonly redraws: boolean
    readonly print: (line: string) => void
    readonly showRunning: (line: string) => void
  }) {
    this.#redraws = options.redraws
    this.#print = options.print
    this.#showRunning = options.showRunning
  }

  started(line: string): void {
    if (!this.#redraws) {
      this.#print(`  - ${line}`)
      return
    }
    this.#running = [...this.#running, line]
    this.#show()
  }

  /** Beside the prompt only: it is not worth a line of its own. */
  progressed(line: string, progress: string): void {
    if (!this.#running.includes(line)) return
    this.#progress.set(line, progress)
    this.#show()
  }

  finished(line: string, failed: boolean): void {
    if (!this.#redraws) return
    this.#progress.delete(line)
    const at = this.#running.indexOf(line)
    if (at !== -1) this.#running = this.#running.toSpliced(at, 1)
    this.#show()
    this.#print(`  ${failed ? '!' : '-'} ${line}`)
  }

  /** The turn is over. A call that was left behind by /stop has not ended well. */
  turnEnded(): void {
    for (const line of this.#running) this.finished(line, true)
  }

  #show(): void {
    const [oldest, ...others] = this.#running
    if (oldest === undefined) {
      this.#showRunning('')
      return
    }
    const progress = this.#progress.get(oldest)
    const more = others.length === 0 ? '' : ` and ${others.length} more`
    this.#showRunning(`  - ${oldest} …${progress === undefined ? '' : ` ${progress}`}${more}`)
  }
}
