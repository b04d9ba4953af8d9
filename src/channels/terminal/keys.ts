import { PassThrough, type Readable } from 'node:stream'

/** A terminal's input stream; a pipe has no raw mode. */
interface RawInput {
  readonly setRawMode?: (raw: boolean) => unknown
}

/**
 * What is typed, as readline should see it: the same bytes, but never their end and never a failure. At the end of its
 * input readline would submit a half-typed line, which nobody has sent, and throw where the terminal has hung up.
 */
export class Keys extends PassThrough {
  readonly #input: Readable & RawInput
  readonly #onData = (chunk: Buffer): void => void this.write(chunk)
  readonly #onGone: () => void

  /** `onGone`: the terminal has hung up, or cannot be read. */
  constructor(input: Readable & RawInput, onGone: () => void) {
    super()
    this.#input = input
    this.#onGone = onGone
    input.on('data', this.#onData)
    input.on('end', onGone)
    // Stays: also a failure after the last key must find a listener.
    input.on('error', onGone)
  }

  /** Called by readline, and by nobody else. */
  setRawMode(raw: boolean): void {
    try {
      this.#input.setRawMode?.(raw)
    } catch {
      // The terminal is gone: there is no mode left to set.
    }
  }

  /** Reads no more: an input that nobody reads must not hold the process. */
  release(): void {
    this.#input.off('data', this.#onData)
    this.#input.off('end', this.#onGone)
    this.#input.pause()
  }
}
