import type { Clock, Timer } from '../../clock.ts'
import type { Edge, InputLine, InputRequest, Level } from '../ports.ts'

export interface DebouncedLineOptions {
  readonly clock: Clock
  readonly debounceMs: number
  readonly onEdge: InputRequest['onEdge']
  /** Requests the line without debounce; fails as a request does. */
  readonly listen: (onEdge: () => void) => InputLine
}

/**
 * An input that is debounced here: the kernel does it by an interrupt that it cannot have of a chip behind a bus, such as
 * an MCP23017. As with the kernel a level counts when nothing has changed for the whole time.
 */
export class DebouncedLine implements InputLine {
  readonly #options: DebouncedLineOptions
  readonly #line: InputLine
  #level: Level = 0
  #timer: Timer | undefined
  #isReleased = false

  /** Fails as `listen` does. */
  static async open(options: DebouncedLineOptions): Promise<DebouncedLine> {
    const line = new DebouncedLine(options)
    try {
      line.#level = await line.#line.get()
    } catch (error) {
      await line.release()
      throw error
    }
    return line
  }

  private constructor(options: DebouncedLineOptions) {
    this.#options = options
    this.#line = options.listen(() => this.#changed())
  }

  /** The debounced level. What differs from it without an edge that was heard is waited for from now on. */
  async get(): Promise<Level> {
    const now = await this.#line.get()
    if (now !== this.#level && this.#timer === undefined) this.#changed()
    return this.#level
  }

  release(): Promise<void> {
    this.#isReleased = true
    this.#timer?.cancel()
    return this.#line.release()
  }

  #changed(): void {
    this.#timer?.cancel()
    if (this.#isReleased) return
    const timer = this.#options.clock.after(this.#options.debounceMs, () => void this.#settled(timer))
    this.#timer = timer
  }

  async #settled(timer: Timer): Promise<void> {
    // A line that cannot be read says so to whoever reads it, and is waited for then.
    const now = await this.#line.get().catch(() => this.#level)
    // It changed again, or was given back, while it was read.
    if (this.#timer !== timer || this.#isReleased) return
    this.#timer = undefined
    if (now === this.#level) return
    this.#level = now
    const edge: Edge = now === 1 ? 'rising' : 'falling'
    this.#options.onEdge?.(edge, this.#options.clock.monotonicMs())
  }
}
