import type { GpioPort } from '../hardware/ports.ts'

/** A line may be written by its name, as `chip:offset` or as `chip@device:offset`; all mean the same line. */
export class LineNames {
  readonly #gpio: GpioPort
  #addressesByName: ReadonlyMap<string, readonly string[]> = new Map()

  constructor(gpio: GpioPort) {
    this.#gpio = gpio
  }

  /** Never fails: without the kernel's list only lines written alike are known to be the same. */
  async load(): Promise<void> {
    try {
      const byName = new Map<string, string[]>()
      for (const { name, address } of await this.#gpio.lines()) {
        if (name !== '') byName.set(name, [...(byName.get(name) ?? []), address])
      }
      this.#addressesByName = byName
    } catch {
      this.#addressesByName = new Map()
    }
  }

  isSame(first: string, second: string): boolean {
    const addresses = this.#addressesOf(first)
    return this.#addressesOf(second).some((address) => addresses.some((other) => mayBeSame(address, other)))
  }

  #addressesOf(line: string): readonly string[] {
    return this.#addressesByName.get(line) ?? [line]
  }
}

/** With the device left out of one of them, the two may be one line: where two chips have the label, that one is none. */
function mayBeSame(one: string, other: string): boolean {
  return one === other || one === withoutDevice(other) || withoutDevice(one) === other
}

function withoutDevice(address: string): string {
  return address.replace(/@[^:@]*(?=:\d+$)/, '')
}
