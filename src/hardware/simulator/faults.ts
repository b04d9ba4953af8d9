/** What is broken on purpose, by the names that people use: devices and chips of the wiring, buses by number. */
export class Faults {
  readonly #unplugged = new Set<string>()
  readonly #failuresLeft = new Map<string, number>()
  readonly #stuckBuses = new Set<number>()

  unplug(name: string): void {
    this.#unplugged.add(name)
  }

  plug(name: string): void {
    this.#unplugged.delete(name)
    this.#failuresLeft.delete(name)
  }

  unplugged(name: string): boolean {
    return this.#unplugged.has(name)
  }

  /** The next `count` transfers with this chip fail. */
  fail(name: string, count: number): void {
    this.#failuresLeft.set(name, count)
  }

  failuresLeft(name: string): number {
    return this.#failuresLeft.get(name) ?? 0
  }

  /** True when the transfer that asks has to fail; each asking counts. */
  takeFailure(name: string): boolean {
    const left = this.failuresLeft(name)
    if (left > 0) this.#failuresLeft.set(name, left - 1)
    return left > 0
  }

  stick(bus: number): void {
    this.#stuckBuses.add(bus)
  }

  free(bus: number): void {
    this.#stuckBuses.delete(bus)
  }

  stuck(bus: number): boolean {
    return this.#stuckBuses.has(bus)
  }
}
