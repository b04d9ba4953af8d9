import type { VirtualI2cChip } from '../chips/chip.ts'
import type { VirtioAnswer, VirtioDevice, VirtioRequest } from './virtio-device.ts'

// Virtio 1.2, section 5.15: the I2C adapter.
const feature = { zeroLengthRequest: 1 } as const
const flag = { failNext: 1, read: 2 } as const
const status = { ok: Uint8Array.of(0), failed: Uint8Array.of(1) } as const

/** One message on the bus, for tests that look at what was really sent. */
export interface I2cMessage {
  readonly address: number
  readonly direction: 'write' | 'read'
  readonly bytes: readonly number[]
  readonly acknowledged: boolean
}

/** What holds all messages up: that one is held up, that none is any more, and what becomes of those that were. */
interface Hanging {
  readonly reached: PromiseWithResolvers<void>
  readonly freed: PromiseWithResolvers<void>
  readonly ends: 'failed' | 'done'
}

/** An I2C bus. A chip is plugged in at its address; the faults of a real bus are properties that a test sets. */
export class VirtualI2c implements VirtioDevice {
  readonly name = 'i2c'
  readonly features = feature.zeroLengthRequest
  readonly queues = 1
  readonly config = new Uint8Array()
  /** Every message so far, oldest first. */
  readonly log: I2cMessage[] = []
  /** So many of the next messages are not acknowledged. */
  nackNext = 0
  /** Each message takes so long: a chip that stretches the clock. */
  delayMs = 0
  /** What becomes of the bytes that chips send: a long wire beside a motor. */
  noise: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes
  readonly #chips = new Map<number, VirtualI2cChip>()
  /** A message failed whose next one belongs to the same transaction. */
  #failing = false
  #hanging: Hanging | undefined
  /** The guest hands over all messages of a transaction at once; on the bus they come one after another. */
  #turn: Promise<void> = Promise.resolve()
  /** Tells the guest of the messages of a transaction that has failed, the last one first. */
  #untold: (() => void)[] = []
  #watchers: (() => void)[] = []

  plug(address: number, chip: VirtualI2cChip): void {
    this.#chips.set(address, chip)
  }

  unplug(address: number): void {
    this.#chips.delete(address)
  }

  /**
   * Something holds the data line low: no message ends any more. A program of the guest that is killed while it waits
   * gives memory back that this bus still holds: cut the guest's power then, do not `free`.
   */
  stick(): void {
    this.#hanging ??= { reached: Promise.withResolvers(), freed: Promise.withResolvers(), ends: 'failed' }
  }

  /** A chip holds the clock low for as long as it likes: no message ends before `free`, then each goes on. */
  stretch(): void {
    this.#hanging ??= { reached: Promise.withResolvers(), freed: Promise.withResolvers(), ends: 'done' }
  }

  /** Waits until a message hangs on the bus. */
  async hanging(): Promise<void> {
    await this.#hanging?.reached.promise
  }

  /** The line is let go of: what waited fails, or was only stretched; what comes works. */
  free(): void {
    this.#hanging?.freed.resolve()
    this.#hanging = undefined
  }

  /** Waits until the condition holds; it is looked at after each message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve))
  }

  powerLost(): void {
    this.#failing = false
    this.#turn = Promise.resolve()
    this.#untold = []
  }

  request({ written, sizesBytes, isLast }: VirtioRequest) {
    const { promise, resolve, reject } = Promise.withResolvers<VirtioAnswer>()
    const serve = async (): Promise<void> => {
      const answer = await this.#serve(written, sizesBytes)
      // What did not fit into the queue is not sent, and the guest waits for what it has sent, though that says "and one more".
      if (isLast) this.#failing = false
      this.#untold.unshift(() => resolve(answer))
      // Linux gives the memory of a whole transaction back as soon as it hears that one message failed, and writes to what
      // it gave back when it hears of the next one: it must have heard of all the others by then.
      if (!this.#failing) for (const tell of this.#untold.splice(0)) tell()
    }
    this.#turn = this.#turn.then(serve).catch(reject)
    return promise
  }

  async #serve(written: readonly Uint8Array[], sizesBytes: readonly number[]) {
    const [header, sent = new Uint8Array()] = written
    if (header === undefined || header.length !== 8) throw new Error('An I2C request begins with a header of 8 bytes.')
    const fields = new DataView(header.buffer, header.byteOffset, header.byteLength)
    const address = fields.getUint16(0, true) >> 1
    const flags = fields.getUint32(4, true)
    const reads = (flags & flag.read) !== 0
    // The last buffer is the status; the one before it, where there is one, takes what was read.
    const wanted = reads && sizesBytes.length > 1 ? (sizesBytes[0] ?? 0) : 0

    const hanging = this.#hanging
    hanging?.reached.resolve()
    await hanging?.freed.promise
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs))
    const answer = hanging?.ends === 'failed' || this.#failing ? false : this.#exchange(address, reads, sent, wanted)
    this.#failing = answer === false && (flags & flag.failNext) !== 0
    const result = answer === false ? status.failed : status.ok
    if (wanted === 0) return [result]
    return [answer === false ? new Uint8Array(wanted) : answer, result]
  }

  #exchange(address: number, reads: boolean, sent: Uint8Array, wanted: number): Uint8Array | false {
    const answer = this.#ask(address, reads, sent, wanted)
    this.log.push({
      address,
      direction: reads ? 'read' : 'write',
      bytes: [...(reads ? answer || [] : sent)],
      acknowledged: answer !== false,
    })
    for (const look of this.#watchers.splice(0)) look()
    return answer
  }

  #ask(address: number, reads: boolean, sent: Uint8Array, wanted: number): Uint8Array | false {
    const chip = this.#chips.get(address)
    if (chip === undefined) return false
    if (this.nackNext > 0) {
      this.nackNext -= 1
      return false
    }
    if (!reads) return chip.write(sent) && new Uint8Array()
    const answer = chip.read(wanted)
    if (answer === false) return false
    if (answer.length !== wanted) throw new Error(`The chip at ${address} sent ${answer.length} bytes, not ${wanted}.`)
    return this.noise(answer)
  }
}
