import { HardwareError } from '../../src/errors.ts'
import { hardwareFault, remedies } from '../../src/hardware/remedies.ts'
import type {
  GpioPort,
  InputLine,
  InputRequest,
  Level,
  LineInfo,
  OutputLine,
  OutputRequest,
} from '../../src/hardware/ports.ts'

/**
 * Lines whose writes fail on command, which the simulator's do not. Like a Raspberry Pi it keeps the level of a line that
 * was given back, so a test sees what a crash leaves behind.
 */
export class FakeGpio implements GpioPort {
  /** The pin itself, active-low not applied; what no one drove is `undefined`. */
  readonly pins = new Map<string, Level>()
  /** Every change of a pin, for example `GPIO17=1`, and every request. */
  readonly history: string[] = []
  /** How often a line was asked for. */
  requests = 0
  readonly holders = new Map<string, string>()
  /** What a watchdog would drive held lines to, the pin itself. */
  readonly #whenStuck = new Map<string, Level>()
  readonly #broken = new Set<string>()
  readonly #failuresLeft = new Map<string, number>()
  readonly #offsets: readonly number[]
  #gate: Promise<void> | undefined

  constructor(offsets: readonly number[] = [17, 22, 23, 27]) {
    this.#offsets = offsets
  }

  /** Writes and requests of the line fail from now on. */
  breakLine(line: string): void {
    this.#broken.add(line)
  }

  mendLine(line: string): void {
    this.#broken.delete(line)
  }

  /** The next `count` writes of the line fail. */
  failWrites(line: string, count: number): void {
    this.#failuresLeft.set(line, count)
  }

  /** A crash of the process: the kernel takes all lines back. */
  crash(): void {
    this.holders.clear()
  }

  /** The event loop was stuck for too long: the watchdog outside it drove what it may. */
  stick(): void {
    for (const [line, level] of this.#whenStuck) this.#drive(line, level)
  }

  /** All following writes wait for this. */
  waitFor(gate: Promise<void>): void {
    this.#gate = gate
  }

  async lines(): Promise<readonly LineInfo[]> {
    return this.#offsets.map((offset) => ({
      name: `GPIO${offset}`,
      address: `pinctrl-bcm2711:${offset}`,
      consumer: this.holders.get(`GPIO${offset}`) ?? '',
      direction: 'output' as const,
    }))
  }

  async peek(line: string): Promise<Level> {
    if (this.holders.has(line)) throw hardwareFault('EBUSY', remedies['line-held'](line, this.holders.get(line) ?? ''))
    return this.pins.get(line) ?? 0
  }

  async requestOutput(request: OutputRequest): Promise<OutputLine> {
    const { line, consumer, initial, activeLow = false } = request
    this.#take(line, consumer)
    const pinOf = (level: Level): Level => (activeLow ? (level === 1 ? 0 : 1) : level)
    this.history.push(`request ${line}`)
    this.#drive(line, pinOf(initial))
    if (request.whenStuck !== undefined) this.#whenStuck.set(line, pinOf(request.whenStuck))
    let held = true
    return {
      set: async (level) => {
        await this.#gate
        if (!held) throw new HardwareError('EPERM', `${line} was given back.`)
        const failuresLeft = this.#failuresLeft.get(line) ?? 0
        this.#failuresLeft.set(line, failuresLeft - 1)
        if (this.#broken.has(line) || failuresLeft > 0) throw new HardwareError('EIO', `${line} takes no level.`)
        this.#drive(line, pinOf(level))
      },
      get: async () => pinOf(this.pins.get(line) ?? 0),
      release: async () => {
        held = false
        this.holders.delete(line)
        this.#whenStuck.delete(line)
      },
    }
  }

  async requestInput({ line, consumer }: InputRequest): Promise<InputLine> {
    this.#take(line, consumer)
    return {
      get: async () => {
        if (this.#broken.has(line)) throw new HardwareError('EIO', `${line} cannot be read.`)
        return this.pins.get(line) ?? 0
      },
      release: async () => {
        this.holders.delete(line)
      },
    }
  }

  #take(line: string, consumer: string): void {
    this.requests++
    if (!this.#offsets.some((offset) => line === `GPIO${offset}`))
      throw hardwareFault('ENODEV', remedies['no-line'](line))
    if (this.holders.has(line)) throw hardwareFault('EBUSY', remedies['line-held'](line, this.holders.get(line) ?? ''))
    if (this.#broken.has(line)) throw new HardwareError('EIO', `${line} is broken.`)
    this.holders.set(line, consumer)
  }

  #drive(line: string, level: Level): void {
    if (this.pins.get(line) !== level) this.history.push(`${line}=${level}`)
    this.pins.set(line, level)
  }
}
