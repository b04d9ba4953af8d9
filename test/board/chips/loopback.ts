import type { SpiClock, VirtualSpiChip } from './chip.ts'

/** A wire from data out to data in: what is sent comes back. It notes how it was clocked. */
export class Loopback implements VirtualSpiChip {
  readonly clocks: SpiClock[] = []

  exchange(bytes: Uint8Array, clock: SpiClock): Uint8Array {
    this.clocks.push(clock)
    return bytes
  }
}
