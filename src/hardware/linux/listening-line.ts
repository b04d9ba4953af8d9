import type { Clock, Timer } from '../../clock.ts'
import { sentenceOf } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import { givenBack } from '../line-checks.ts'
import type { LineListener } from '../native/addon.ts'
import type { Edge, InputLine, Level } from '../ports.ts'

interface TakenLine {
  get(): Level
  release(): void
}

export interface ListeningLineOptions {
  /** The name that people know the line by. */
  readonly name: string
  readonly onEdge: (edge: Edge, atMs: number) => void
  /** Finds and requests the line; throws as a request does. */
  readonly take: (listener: LineListener) => TakenLine
  readonly onReleased: () => void
  readonly clock: Clock
  readonly log: Log
}

/**
 * An input that tells its edges, also after its chip was unplugged and is back: whoever listens cannot know that there is
 * nothing to hear. Meanwhile it fails with ENODEV, and edges are lost.
 */
export class ListeningLine implements InputLine {
  readonly #options: ListeningLineOptions
  #taken: TakenLine | undefined
  #timer: Timer | undefined
  #released = false
  /** The number of the last edge: the kernel numbers all of them, also those that it had to drop. */
  #number = 0
  #lost = 0
  #lossToldMs = -Infinity

  /** Throws as `take` does. */
  static open(options: ListeningLineOptions): ListeningLine {
    const line = new ListeningLine(options)
    line.#take()
    return line
  }

  private constructor(options: ListeningLineOptions) {
    this.#options = options
  }

  async get(): Promise<Level> {
    if (this.#released) throw givenBack(`Line ${this.#options.name}`)
    return (this.#taken ?? this.#take()).get()
  }

  async release(): Promise<void> {
    this.close()
  }

  close(): void {
    this.#released = true
    this.#drop()
    this.#options.onReleased()
  }

  #take(): TakenLine {
    const { take, onEdge } = this.#options
    this.#number = 0
    this.#taken = take({
      onEdge: (isRising, atMs, number) => {
        this.#countLost(number)
        onEdge(isRising ? 'rising' : 'falling', atMs)
      },
      onGone: (code) => {
        this.#options.log.warn(
          'gpio',
          `Line ${this.#options.name} is gone (${code}): it is looked for until it is back.`,
        )
        this.#drop()
        this.#lookAgain()
      },
    })
    this.#timer?.cancel()
    return this.#taken
  }

  #lookAgain(): void {
    const { clock, log, name } = this.#options
    this.#timer = clock.after(limits.lineLookAgainMs, () => {
      try {
        this.#take()
        log.info('gpio', `Line ${name} is back.`)
      } catch (error) {
        log.debug('gpio', sentenceOf(error))
        this.#lookAgain()
      }
    })
  }

  #drop(): void {
    this.#timer?.cancel()
    this.#taken?.release()
    this.#taken = undefined
  }

  /** Once a minute at most: a line that floats loses edges without an end. */
  #countLost(number: number): void {
    this.#lost += (number - this.#number - 1) >>> 0
    this.#number = number
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#lost === 0 || nowMs - this.#lossToldMs < limits.edgeLossNoticeGapMs) return
    this.#options.log.warn('gpio', `Line ${this.#options.name}: ${this.#lost} edges came too fast and were lost.`)
    this.#lost = 0
    this.#lossToldMs = nowMs
  }
}
