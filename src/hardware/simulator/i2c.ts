import type { Clock, Timer } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { I2cPort, I2cTransfer } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { checkI2cTransfer } from '../transfer-checks.ts'
import type { Faults } from './faults.ts'

/** A chip on the bus, after its address was acknowledged. */
export interface I2cChip {
  write(bytes: Uint8Array): void
  read(count: number): Uint8Array
}

interface FittedI2cChip {
  readonly bus: number
  readonly address: number
  /** The chip's name for Faults. */
  readonly name: string
  readonly chip: I2cChip
}

export interface SimulatedI2cOptions {
  readonly clock: Clock
  readonly buses: readonly number[]
  readonly chips: readonly FittedI2cChip[]
  /** Addresses that a kernel driver holds. */
  readonly kernelHeld: readonly { readonly bus: number; readonly address: number }[]
  readonly faults: Faults
}

/** I2C as i2c-dev gives it on a Raspberry Pi: EREMOTEIO for an address that does not answer. */
export class SimulatedI2c implements I2cPort {
  readonly #options: SimulatedI2cOptions
  readonly #lastByBus = new Map<number, Promise<unknown>>()
  readonly #waits = new Set<{ readonly timer: Timer; readonly end: () => void }>()

  constructor(options: SimulatedI2cOptions) {
    this.#options = options
  }

  async buses(): Promise<readonly number[]> {
    return this.#options.buses
  }

  async transfer(transfer: I2cTransfer): Promise<Uint8Array> {
    this.#checkBus(transfer.bus)
    checkI2cTransfer(transfer)
    return this.#locked(transfer.bus, async () => {
      if (this.#kernelHolds(transfer.bus, transfer.address))
        throw hardwareFault('EBUSY', remedies['address-held'](transfer, ''))
      await this.#passBus(transfer.bus, transfer.timeoutMs)
      const chip = this.#answering(transfer)
      if (transfer.write !== undefined) chip.write(transfer.write)
      return transfer.readBytes === undefined ? new Uint8Array() : chip.read(transfer.readBytes)
    })
  }

  async scan(bus: number): Promise<readonly { readonly address: number; readonly state: 'present' | 'kernel' }[]> {
    this.#checkBus(bus)
    return this.#locked(bus, async () => {
      await this.#passBus(bus, limits.i2cTimeoutMs)
      const present = this.#options.chips.filter(
        (each) => each.bus === bus && !this.#options.faults.unplugged(each.name),
      )
      const held = this.#options.kernelHeld.filter((each) => each.bus === bus)
      return [
        ...present.map(({ address }) => ({ address, state: 'present' as const })),
        ...held.map(({ address }) => ({ address, state: 'kernel' as const })),
      ].toSorted((a, b) => a.address - b.address)
    })
  }

  /** Ends all waits on stuck buses. */
  close(): void {
    for (const wait of this.#waits) wait.end()
  }

  #checkBus(bus: number): void {
    if (!this.#options.buses.includes(bus))
      throw hardwareFault('ENODEV', remedies['no-i2c-bus'](bus, this.#options.buses))
  }

  #kernelHolds(bus: number, address: number): boolean {
    return this.#options.kernelHeld.some((each) => each.bus === bus && each.address === address)
  }

  #answering(transfer: I2cTransfer): I2cChip {
    const fitted = this.#options.chips.find((each) => each.bus === transfer.bus && each.address === transfer.address)
    const { faults } = this.#options
    if (fitted === undefined || faults.unplugged(fitted.name) || faults.takeFailure(fitted.name))
      throw hardwareFault('EREMOTEIO', remedies['no-answer'](transfer))
    return fitted.chip
  }

  /** One transaction at a time on a bus, in the order of asking. */
  async #locked<Result>(bus: number, work: () => Promise<Result>): Promise<Result> {
    const before = this.#lastByBus.get(bus) ?? Promise.resolve()
    const mine = before.then(work)
    this.#lastByBus.set(
      bus,
      mine.then(
        () => undefined,
        () => undefined,
      ),
    )
    return mine
  }

  /** A stuck bus keeps the caller for the whole time-out, as the adapter does. */
  async #passBus(bus: number, timeoutMs: number): Promise<void> {
    if (!this.#options.faults.stuck(bus)) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        wait.timer.cancel()
        this.#waits.delete(wait)
        resolve()
      }
      const wait = { timer: this.#options.clock.after(timeoutMs, () => end()), end }
      this.#waits.add(wait)
    })
    throw hardwareFault('ETIMEDOUT', remedies['bus-timeout'](bus, timeoutMs))
  }
}
