/** A virtio device as its driver in the guest sees it. */
export interface VirtioDevice {
  /** The name of its socket in board.dts, without `.sock`. */
  readonly name: string
  /** Feature bits of this kind of device. */
  readonly features: number
  readonly queues: number
  /** The configuration space that the guest reads when it starts. */
  readonly config: Uint8Array
  /**
   * Answers one request: what goes into the buffers that the guest wants filled (`sizesBytes`), in their order. A
   * promise that stays open is a device that does not answer.
   */
  request(queue: number, written: readonly Uint8Array[], sizesBytes: readonly number[]): Promise<readonly Uint8Array[]>
  /** The guest lost power: what it had set is gone, and nobody waits for an answer any more. */
  powerLost(): void
}
