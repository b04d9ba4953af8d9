/** What the guest has put into a queue of a device. */
export interface VirtioRequest {
  readonly queue: number
  readonly written: readonly Uint8Array[]
  /** Of the buffers that it wants filled, in their order. */
  readonly sizesBytes: readonly number[]
  /** No other request was handed over with it and comes after it. */
  readonly isLast: boolean
}

/** What goes into the buffers that the guest wants filled, in their order. */
export type VirtioAnswer = readonly Uint8Array[]

/** A virtio device as its driver in the guest sees it. */
export interface VirtioDevice {
  /** The name of its socket in board.dts, without `.sock`. */
  readonly name: string
  /** Feature bits of this kind of device. */
  readonly features: number
  readonly queues: number
  /** The configuration space that the guest reads when it starts. */
  readonly config: Uint8Array
  /** A promise that stays open is a device that does not answer. */
  request(request: VirtioRequest): Promise<VirtioAnswer>
  /** The guest lost power: what it had set is gone, and nobody waits for an answer any more. */
  powerLost(): void
}
