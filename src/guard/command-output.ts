import { misleadingInText } from '../hidden-characters.ts'
import { limits } from '../limits.ts'

/** What a command has said: its beginning and its end, each bounded; what is between them is counted. */
export class CommandOutput {
  readonly #head: Buffer[] = []
  #tail: Buffer[] = []
  #headBytes = 0
  #tailBytes = 0
  #leftOutBytes = 0

  push(bytes: Buffer): void {
    const forHead = bytes.subarray(0, limits.shellOutputKeptBytes - this.#headBytes)
    if (forHead.length > 0) {
      this.#head.push(forHead)
      this.#headBytes += forHead.length
    }
    const forTail = bytes.subarray(forHead.length)
    if (forTail.length === 0) return
    this.#tail.push(forTail)
    this.#tailBytes += forTail.length
    // Not at each piece: many small ones would be copied over and over.
    if (this.#tailBytes > 2 * limits.shellOutputKeptBytes) this.#trim()
  }

  text(): string {
    this.#trim()
    const head = Buffer.concat(this.#head)
    const tail = Buffer.concat(this.#tail)
    if (this.#leftOutBytes === 0) return readable(Buffer.concat([head, tail]))
    return `${readable(head)}\n[... ${this.#leftOutBytes} bytes left out ...]\n${readable(tail)}`
  }

  /** The newest line that says something, for people who wait. */
  newestLine(): string {
    const newest = [...this.#head, ...this.#tail].slice(-8)
    const lines = readable(Buffer.concat(newest).subarray(-limits.shellNewestBytes)).split('\n')
    return (lines.findLast((line) => line.trim() !== '') ?? '')
      .trim()
      .slice(0, limits.shellProgressCharsMax)
      .toWellFormed()
  }

  #trim(): void {
    const tail = Buffer.concat(this.#tail)
    const over = Math.max(0, tail.length - limits.shellOutputKeptBytes)
    this.#leftOutBytes += over
    this.#tail = [tail.subarray(over)]
    this.#tailBytes = tail.length - over
  }
}

/** Text that can stand in a chat: no sequences for terminals, no control characters; what is no UTF-8 shows as such. */
function readable(bytes: Buffer): string {
  return bytes
    .toString()
    .replaceAll(terminalSequence, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(misleadingInText, '\ufffd')
}

// Colours and cursors (CSI), titles and links (OSC), and other two-letter escapes.
// eslint-disable-next-line no-control-regex
const terminalSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g
