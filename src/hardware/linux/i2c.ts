import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { I2cPort, I2cTransfer } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { checkI2cTransfer, i2cAddressMax, i2cAddressMin } from '../transfer-checks.ts'
import { BusQueue } from './bus-queue.ts'
import type { I2cAdapter, OpenI2cAdapter } from './i2c-adapter.ts'
import { I2cFaults } from './i2c-faults.ts'
import { kernelName } from './kernel-errors.ts'

export interface LinuxI2cOptions {
  readonly clock: Clock
  /** Where /dev and /sys are: `/`. */
  readonly root: string
  /** Loads what speaks to the kernel; called for each transaction. Fails where it is not built. */
  readonly load: () => Promise<OpenI2cAdapter>
  /** What the board's file says about switching a bus on. */
  readonly setup: (bus: number) => string | undefined
}

type AddressState = 'present' | 'kernel' | 'absent'

/** Where i2cdetect reads a byte and writes nothing: even an empty write corrupts some EEPROMs (AT24RF08) there. */
const isRead = (address: number): boolean =>
  (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f)

/**
 * The kernel's i2c-dev. Each transaction opens the adapter and closes it again: that costs 20 microseconds where the bus
 * takes 200 and more, and no handle is ever stale. An adapter that was unplugged works as soon as it is back, a driver
 * that took an address meanwhile is noticed, and the kernel, which removes an adapter only when nobody has it open any
 * more, never waits for us.
 */
export class LinuxI2c implements I2cPort {
  readonly #options: LinuxI2cOptions
  readonly #faults: I2cFaults
  readonly #queues = new Map<number, BusQueue>()

  constructor(options: LinuxI2cOptions) {
    this.#options = options
    this.#faults = new I2cFaults(options.root, options.setup)
  }

  async buses(): Promise<readonly number[]> {
    return this.#faults.buses()
  }

  async transfer(transfer: I2cTransfer): Promise<Uint8Array> {
    const { bus, address, write, readBytes = 0, timeoutMs } = transfer
    checkI2cTransfer(transfer)
    const written = write === undefined ? undefined : Uint8Array.from(write)
    return this.#inTurn(bus, timeoutMs, async (adapter) => {
      if (!isFree(adapter, address)) throw this.#faults.held(bus, address)
      const { messagesDone, bytes } = await adapter.transfer(address, written, readBytes)
      const messages = Number(written !== undefined) + Number(readBytes > 0)
      if (messagesDone < messages) throw hardwareFault('EREMOTEIO', remedies['no-answer'](transfer))
      return bytes
    }).catch((error: unknown) => {
      throw this.#faults.transfer(transfer, error)
    })
  }

  async scan(bus: number): Promise<readonly { readonly address: number; readonly state: 'present' | 'kernel' }[]> {
    const found: { readonly address: number; readonly state: 'present' | 'kernel' }[] = []
    for (let address = i2cAddressMin; address <= i2cAddressMax; address++) {
      const state = await this.#inTurn(bus, limits.i2cTimeoutMs, (adapter) => probe(adapter, address)).catch(
        (error: unknown) => {
          throw this.#faults.transfer({ bus, address, timeoutMs: limits.i2cTimeoutMs }, error)
        },
      )
      if (state !== 'absent') found.push({ address, state })
    }
    return found
  }

  /** Fails with what the kernel said, and with a sentence for a bus that is not there or hangs. */
  async #inTurn<Result>(
    bus: number,
    timeoutMs: number,
    work: (adapter: I2cAdapter) => Promise<Result>,
  ): Promise<Result> {
    if (!this.#faults.hasBus(bus)) throw this.#faults.noBus(bus)
    const open = await this.#options.load()
    let queue = this.#queues.get(bus)
    if (queue === undefined) this.#queues.set(bus, (queue = new BusQueue(`I2C bus ${bus}`, this.#options.clock)))
    return queue.run(timeoutMs + limits.busGraceMs, async () => {
      const adapter = this.#open(open, bus)
      try {
        adapter.limitTo(timeoutMs)
        return await work(adapter)
      } finally {
        adapter.close()
      }
    })
  }

  #open(open: OpenI2cAdapter, bus: number): I2cAdapter {
    try {
      return open(bus)
    } catch (error) {
      throw this.#faults.open(bus, error)
    }
  }
}

/** Whether no kernel driver has the address. The look disturbs nobody: nothing is sent. */
function isFree(adapter: I2cAdapter, address: number): boolean {
  try {
    adapter.claim(address)
    return true
  } catch (error) {
    if (kernelName(error) === 'EBUSY') return false
    throw error
  }
}

async function probe(adapter: I2cAdapter, address: number): Promise<AddressState> {
  if (!isFree(adapter, address)) return 'kernel'
  try {
    await adapter.probe(address, isRead(address) ? 'read' : 'quick')
    return 'present'
  } catch (error) {
    if (silences.has(kernelName(error))) return 'absent'
    throw error
  }
}

/** What adapters say when nothing answers. */
const silences: ReadonlySet<string | undefined> = new Set(['EREMOTEIO', 'ENXIO', 'EIO'])
