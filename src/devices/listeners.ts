import type { DeviceListener } from './device.ts'

/** Who watches one device. */
export class Listeners {
  readonly #all = new Set<{ readonly listener: DeviceListener }>()

  get size(): number {
    return this.#all.size
  }

  /** Answers how to leave again. */
  add(listener: DeviceListener): () => void {
    // The same function may watch twice.
    const entry = { listener }
    this.#all.add(entry)
    return () => void this.#all.delete(entry)
  }

  tell(edge: 'rising' | 'falling' | undefined): void {
    for (const { listener } of this.#all) listener(edge)
  }
}
