import type { Clock, Timer } from '../clock.ts'
import type { SwitchConfig } from '../config/config.ts'
import { durationMaxMs } from '../duration.ts'
import { PincerError } from '../errors.ts'
import type { GpioPort, Level, OutputLine } from '../hardware/ports.ts'
import { limits } from '../limits.ts'
import type { Asker, SwitchState } from './device.ts'
import { consumerOf, describeLineFault } from './line-fault.ts'
import { causes, earlier, noEnds, oppositeOf, switched } from './output-status.ts'
import type { OutputStatus, Plan } from './output-status.ts'
import { createSerial } from './serial.ts'

/**
 * One output line and what is known of it. It decides nothing: limits are judged before, in outputs.ts.
 *
 * Writes to the line run one after the other and never wait for the disk. `driveSafe` takes effect against every switching
 * that was decided before it: each carries the `epoch` of its decision, and an older one is refused at the line.
 */
export class Output {
  readonly name: string
  readonly config: SwitchConfig
  readonly #gpio: GpioPort
  readonly #clock: Clock
  readonly #onDue: (output: Output) => void
  readonly #serial = createSerial()
  #line: OutputLine | undefined
  #status: OutputStatus
  #fault: string | undefined
  #epoch = 0
  #timer: Timer | undefined
  #retryMs: number = limits.outputRetryMs
  #released = false

  constructor(options: {
    readonly name: string
    readonly config: SwitchConfig
    readonly gpio: GpioPort
    readonly clock: Clock
    /** Called when a deadline, a switching back or another try is due. */
    readonly onDue: (output: Output) => void
  }) {
    this.name = options.name
    this.config = options.config
    this.#gpio = options.gpio
    this.#clock = options.clock
    this.#onDue = options.onDue
    this.#status = {
      state: 'unknown',
      sinceMs: undefined,
      ...noEnds,
      back: undefined,
      switchesMs: [],
      cause: undefined,
      asker: undefined,
    }
  }

  get status(): OutputStatus {
    return this.#status
  }

  /** Why the line cannot be driven, while the state is unknown. */
  get fault(): string | undefined {
    return this.#fault
  }

  get epoch(): number {
    return this.#epoch
  }

  /**
   * Requests the line, driven to `state` from the first moment. A failure makes the state unknown; what was driven safe
   * after `epoch` stays so.
   */
  open(state: SwitchState, status: OutputStatus, epoch: number): Promise<void> {
    return this.#serial(async () => {
      if (epoch !== this.#epoch || this.#released) return
      this.#status = status
      try {
        await this.#write(state)
        this.#settle(status)
      } catch (error) {
        await this.#loseLine(error)
      }
    })
  }

  /**
   * Switches the line. After a failed write it tries the safe state; fails with PincerError `hardware` either way, and with
   * `stopped` when the output was driven safe after `epoch`. `why`: what to tell where nobody asks for it just now, and
   * who asked for it at all.
   */
  switchTo(
    state: SwitchState,
    plan: Plan,
    epoch: number,
    why: { readonly cause: string | undefined; readonly asker: Asker | undefined },
  ): Promise<void> {
    return this.#serial(async () => {
      if (epoch !== this.#epoch || this.#released) {
        throw new PincerError('stopped', `${this.name} was driven to its safe state meanwhile: ask again.`)
      }
      try {
        await (state === this.config.safe ? this.#writeSafe() : this.#write(state))
      } catch (error) {
        throw await this.#recover(state, error)
      }
      this.#settle(switched(this.#status, { state, plan, ...why }, this.config, this.#clock.monotonicMs()))
    })
  }

  /** Moves the ends of a state that stays. */
  setEnds(plan: Plan): void {
    this.#status = { ...this.#status, endsMs: plan.endsMs, latestMs: plan.latestMs, back: plan.back }
    this.#arm()
  }

  /** Drives the safe state now, ahead of everything undecided. Answers whether the line took it. */
  driveSafe(cause: string): Promise<boolean> {
    this.#epoch++
    // What was still to come is off at once, not only when the line has been written.
    this.#timer?.cancel()
    this.#status = { ...this.#status, back: undefined }
    return this.#serial(async () => {
      if (this.#released) return true
      try {
        await this.#reachSafe(cause)
        return true
      } catch (error) {
        await this.#loseLine(error)
        return false
      }
    })
  }

  /** What the line is driven to, read back. Fails with PincerError `hardware`. */
  async read(): Promise<SwitchState> {
    if (this.#line === undefined || this.#status.state === 'unknown') {
      const why = this.#fault ?? `Line ${this.config.line} was not requested yet.`
      throw new PincerError('hardware', `it may be ${oppositeOf(this.config.safe)}. ${why}`)
    }
    try {
      return (await this.#line.get()) === 1 ? 'on' : 'off'
    } catch (error) {
      const sentence = await describeLineFault(this.#gpio, this.config.line, error)
      throw new PincerError('hardware', sentence, { cause: error })
    }
  }

  /** Gives the line back; nothing is driven afterwards. */
  release(): Promise<void> {
    return this.#serial(async () => {
      this.#released = true
      this.#timer?.cancel()
      await this.#dropLine()
    })
  }

  async #write(state: SwitchState): Promise<void> {
    const level: Level = state === 'on' ? 1 : 0
    if (this.#line === undefined) {
      this.#line = await this.#gpio.requestOutput({
        line: this.config.line,
        consumer: consumerOf(this.name),
        initial: level,
        activeLow: this.config.invert,
        whenStuck: this.config.safe === 'on' ? 1 : 0,
      })
    } else await this.#line.set(level)
  }

  /** On the line we hold, else on one requested anew: a chip that was unplugged has a new line. */
  async #writeSafe(): Promise<void> {
    try {
      await this.#write(this.config.safe)
    } catch (error) {
      if (this.#line === undefined) throw error
      await this.#dropLine()
      await this.#write(this.config.safe)
    }
  }

  async #reachSafe(cause: string): Promise<void> {
    const { safe } = this.config
    await this.#writeSafe()
    const plan = { ...noEnds, back: undefined }
    const { state, asker } = this.#status
    const isNew = state !== safe
    const status = isNew
      ? switched(this.#status, { state: safe, plan, cause, asker }, this.config, this.#clock.monotonicMs())
      : { ...this.#status, ...plan }
    this.#settle(status)
  }

  /** After a failed write of `state`: what to tell. */
  async #recover(state: SwitchState, error: unknown): Promise<PincerError> {
    const { safe, line } = this.config
    const why = await describeLineFault(this.#gpio, line, error)
    // The failed write may have reached the pin all the same: until the safe state is proven, nobody knows.
    this.#status = { ...this.#status, state: 'unknown' }
    try {
      await this.#reachSafe(causes.fault)
      return new PincerError('hardware', `${this.name} could not be switched ${state} and is ${safe} now. ${why}`)
    } catch (second) {
      await this.#loseLine(second)
      const nor = state === safe ? '' : `, nor driven ${safe}`
      const sentence = `${this.name} could not be switched ${state}${nor}: it may be ${oppositeOf(safe)}. ${why}`
      return new PincerError('hardware', sentence)
    }
  }

  #settle(status: OutputStatus): void {
    this.#status = status
    this.#fault = undefined
    this.#retryMs = limits.outputRetryMs
    this.#arm()
  }

  async #loseLine(error: unknown): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    this.#fault = await describeLineFault(this.#gpio, this.config.line, error)
    // Since now, not since the first failure: whoever waits for minOff waits from the last moment it may have been on.
    this.#status = { ...this.#status, state: 'unknown', sinceMs: nowMs, ...noEnds, back: undefined, cause: undefined }
    this.#timer?.cancel()
    this.#timer = this.#clock.after(this.#retryMs, () => this.#onDue(this))
    this.#retryMs = Math.min(this.#retryMs * 2, limits.outputRetryMaxMs)
  }

  /** A line that fails to be released is as lost as one that was. */
  async #dropLine(): Promise<void> {
    const line = this.#line
    this.#line = undefined
    await line?.release().catch(() => undefined)
  }

  #arm(): void {
    this.#timer?.cancel()
    const atMs = earlier(this.#status.endsMs, this.#status.back?.atMs)
    if (atMs === undefined) return
    // A longer wait, as only a damaged file asks for, would wrap around in setTimeout; onDue arms it again.
    const delayMs = Math.min(durationMaxMs, Math.max(0, atMs - this.#clock.monotonicMs()))
    this.#timer = this.#clock.after(delayMs, () => this.#onDue(this))
  }
}
