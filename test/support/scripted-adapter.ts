import type { I2cAdapter, OpenI2cAdapter } from '../../src/hardware/linux/i2c-adapter.ts'

/** An error as i2c-bus makes it: the kernel's number without a sign, and no name for EREMOTEIO. */
export function kernelError(errno: number): Error {
  return Object.assign(new Error(), { errno, code: '', syscall: 'scripted' })
}

export const numbers = {
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  EMFILE: 24,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  ESHUTDOWN: 108,
  ETIMEDOUT: 110,
  EREMOTEIO: 121,
} as const

/** The kernel's side of I2C: chips with 8-bit registers, addresses that a driver holds, and what goes wrong. */
export class ScriptedAdapter {
  /** Registers of the chips, by address. */
  readonly chips = new Map<number, Uint8Array>()
  readonly held = new Set<number>()
  /** What was asked of the bus, for example `0x76 w1 r1` or `0x50 read`; and of the adapter: `open 1`, `close`. */
  readonly log: string[] = []
  readonly timeoutsMs: number[] = []
  /** How many adapters are open. */
  open = 0
  /** What the next transfers fail with; nothing left: they work. */
  readonly failures: number[] = []
  /** What opening fails with. */
  openFailure: number | undefined
  /** A NACK is told by fewer messages, as virtio-i2c does. */
  nacksByCount = false
  /** Transfers in the kernel now. */
  running = 0
  runningMax = 0
  readonly #pointers = new Map<number, number>()
  #gate: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  /** Transfers hang from now on, until `free`. */
  stick(): void {
    this.#gate ??= Promise.withResolvers<void>()
  }

  /** Answers when those that hung have come back. */
  async free(): Promise<void> {
    this.#gate?.resolve()
    this.#gate = undefined
    await new Promise(setImmediate)
  }

  readonly adapters: OpenI2cAdapter = (bus) => {
    if (this.openFailure !== undefined) throw kernelError(this.openFailure)
    this.log.push(`open ${bus}`)
    this.open++
    return this.#adapter()
  }

  #adapter(): I2cAdapter {
    return {
      claim: (address) => {
        if (this.held.has(address)) throw kernelError(numbers.EBUSY)
      },
      limitTo: (timeoutMs) => void this.timeoutsMs.push(timeoutMs),
      transfer: (address, write, readBytes) =>
        this.#inKernel(`${hex(address)} w${write?.length ?? 0} r${readBytes}`, async () => {
          const registers = this.chips.get(address)
          if (registers === undefined && this.nacksByCount) return { messagesDone: 0, bytes: new Uint8Array() }
          if (registers === undefined) throw kernelError(numbers.EREMOTEIO)
          if (write !== undefined) this.#write(address, registers, write)
          const from = this.#pointers.get(address) ?? 0
          const bytes = Uint8Array.from({ length: readBytes }, (_, index) => registers[(from + index) & 0xff] ?? 0)
          return { messagesDone: Number(write !== undefined) + Number(readBytes > 0), bytes }
        }),
      probe: (address, how) =>
        this.#inKernel(`${hex(address)} ${how}`, async () => {
          if (!this.chips.has(address)) throw kernelError(this.nacksByCount ? numbers.EIO : numbers.ENXIO)
        }),
      close: () => {
        this.open--
        this.log.push('close')
      },
    }
  }

  #write(address: number, registers: Uint8Array, [pointer = 0, ...values]: Uint8Array): void {
    this.#pointers.set(address, pointer)
    registers.set(values, pointer)
  }

  async #inKernel<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    this.log.push(what)
    this.running++
    this.runningMax = Math.max(this.runningMax, this.running)
    try {
      await this.#gate?.promise
      const failure = this.failures.shift()
      if (failure !== undefined) throw kernelError(failure)
      return await work()
    } finally {
      this.running--
    }
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}
