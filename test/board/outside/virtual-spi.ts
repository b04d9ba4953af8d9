import type { VirtualSpiChip } from '../chips/chip.ts'
import type { VirtioDevice, VirtioRequest } from './virtio-device.ts'

// include/uapi/linux/virtio_spi.h of Linux 7: the SPI controller.
const supports = { bothClockPhases: 0b0011, bothClockPolarities: 0b1100 } as const
const status = { ok: Uint8Array.of(0), parameters: Uint8Array.of(1) } as const
const chipSelects = 2

/** An SPI controller with two chip selects. Where nothing is plugged in, the data line floats high. */
export class VirtualSpi implements VirtioDevice {
  readonly name = 'spi'
  readonly features = 0
  readonly queues = 1
  readonly config = new Uint8Array(32)
  readonly #chips = new Map<number, VirtualSpiChip>()
  #stuck: { readonly reached: PromiseWithResolvers<void>; readonly freed: PromiseWithResolvers<void> } | undefined

  constructor() {
    this.config[0] = chipSelects
    new DataView(this.config.buffer).setUint32(8, supports.bothClockPhases | supports.bothClockPolarities, true)
  }

  plug(chipSelect: 0 | 1, chip: VirtualSpiChip): void {
    this.#chips.set(chipSelect, chip)
  }

  unplug(chipSelect: 0 | 1): void {
    this.#chips.delete(chipSelect)
  }

  /** The controller hangs: no exchange ends before `free`. */
  stick(): void {
    this.#stuck ??= { reached: Promise.withResolvers(), freed: Promise.withResolvers() }
  }

  /** Waits until an exchange hangs. */
  async hanging(): Promise<void> {
    await this.#stuck?.reached.promise
  }

  free(): void {
    this.#stuck?.freed.resolve()
    this.#stuck = undefined
  }

  powerLost(): void {}

  async request({ written, sizesBytes }: VirtioRequest) {
    const [header, sent = new Uint8Array()] = written
    if (header === undefined || header.length !== 32)
      throw new Error('An SPI request begins with a header of 32 bytes.')
    const fields = new DataView(header.buffer, header.byteOffset, header.byteLength)
    const [chipSelect, bitsPerWord] = [fields.getUint8(0), fields.getUint8(1)]
    // The last buffer is the status; the one before it, where there is one, takes what the chip sends.
    const wanted = sizesBytes.length > 1 ? (sizesBytes[0] ?? 0) : 0
    this.#stuck?.reached.resolve()
    await this.#stuck?.freed.promise
    if (chipSelect >= chipSelects)
      return sizesBytes.map((size) => (size > 1 ? new Uint8Array(size) : status.parameters))
    const out = sent.length > 0 ? sent : new Uint8Array(wanted)
    const clock = { mode: fields.getUint32(8, true) & 3, speedHz: fields.getUint32(12, true), bitsPerWord }
    const answer = this.#chips.get(chipSelect)?.exchange(out, clock) ?? new Uint8Array(out.length).fill(0xff)
    if (answer.length !== out.length)
      throw new Error(`The chip at chip select ${chipSelect} sent ${answer.length} bytes, not ${out.length}.`)
    return wanted === 0 ? [status.ok] : [answer, status.ok]
  }
}
