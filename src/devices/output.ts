import type { Clock, Timer } from '../clock.ts'
import type { SwitchConfig } from '../config/config.ts'
import { durationMaxMs } from '../duration.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Asker, DeviceListener, SwitchState } from './device.ts'
import { consumerOf, describeLineFault } from './line-fault.ts'
import { Listeners } from './listeners.ts'
import { openDrive } from './output-drive.ts'
import type { Drive, OutputPorts } from './output-drive.ts'
import { causes, earlier, freshStatus, noEnds, oppositeOf, percentOf, switched } from './output-status.ts'
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
  readonly #ports: OutputPorts
  readonly #clock: Clock
  readonly #onDue: (output: Output) => void
  readonly #serial = createSerial()
  readonly #listeners = new Listeners()
  /** What those who watch know of it. */
  #told: Pick<OutputStatus, 'state' | 'percent'> | undefined
  #line: Drive | undefined
  #status: OutputStatus
  #fault: string | undefined
  #epoch = 0
  #timer: Timer | undefined
  #retryMs: number = limits.outputRetryMs
  #released = false

  constructor(options: {
    readonly name: string
    readonly config: SwitchConfig
    readonly ports: OutputPorts
    readonly clock: Clock
    /** Called when a deadline, a switching back or another try is due. */
    readonly onDue: (output: Output) => void
  }) {
    this.name = options.name
    this.config = options.config
    this.#ports = options.ports
    this.#clock = options.clock
    this.#onDue = options.onDue
    this.#status = freshStatus('unknown')
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

  /** Tells each other state or level, whatever caused it, until the answer is called. */
  watch(listener: DeviceListener): () => void {
    return this.#listeners.add(listener)
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
        await this.#write(state, status.percent)
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
    why: {
      readonly cause: string | undefined
      readonly asker: Asker | undefined
      readonly percent?: number | undefined
    },
  ): Promise<void> {
    return this.#serial(async () => {
      if (epoch !== this.#epoch || this.#released) {
        throw new PincerError('stopped', `${this.name} was driven to its safe state meanwhile: ask again.`)
      }
      try {
        await (state === this.config.safe ? this.#writeSafe() : this.#write(state, why.percent ?? this.#status.percent))
      } catch (error) {
        throw await this.#recover(state, error)
      }
      this.#settle(switched(this.#status, { state, plan, ...why }, this.config, this.#clock.monotonicMs()))
    })
  }

  /** Moves the level of a state that stays on. Fails as `switchTo` does. */
  moveTo(percent: number, epoch: number): Promise<void> {
    return this.#serial(async () => {
      if (epoch !== this.#epoch || this.#released) {
        throw new PincerError('stopped', `${this.name} was driven to its safe state meanwhile: ask again.`)
      }
      try {
        await this.#write('on', percent)
      } catch (error) {
        throw await this.#recover('on', error)
      }
      this.#status = { ...this.#status, percent }
      this.#tell()
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

  /** What the line is driven to, read back: its state and, in percent, its level. Fails with PincerError `hardware`. */
  async read(): Promise<{ readonly state: SwitchState; readonly percent: number }> {
    const { line, safe } = this.config
    if (this.#line === undefined || this.#status.state === 'unknown') {
      const why = this.#fault ?? `Line ${line} was not requested yet.`
      throw new PincerError('hardware', `it may be ${oppositeOf(safe)}. ${why}`)
    }
    try {
      const percent = await this.#line.get()
      // An LED with 16 steps cannot be at 30 %.
      return { state: Math.abs(percent - percentOf(this.config, 'off', undefined)) < 0.5 ? 'off' : 'on', percent }
    } catch (error) {
      throw new PincerError('hardware', this.#describe(error), { cause: error })
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

  async #write(state: SwitchState, percent: number | undefined): Promise<void> {
    const { config, name } = this
    const wanted = percentOf(config, state, percent)
    if (this.#line !== undefined) return this.#line.set(wanted)
    this.#line = await openDrive(this.#ports, {
      line: config.line,
      invert: config.invert,
      consumer: consumerOf(name),
      percent: wanted,
      safePercent: percentOf(config, config.safe, undefined),
    })
  }

  /** On the line we hold, else on one requested anew: a chip that was unplugged has a new line. */
  async #writeSafe(): Promise<void> {
    try {
      await this.#write(this.config.safe, undefined)
    } catch (error) {
      if (this.#line === undefined) throw error
      await this.#dropLine()
      await this.#write(this.config.safe, undefined)
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
    const { safe } = this.config
    const why = this.#describe(error)
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
    this.#tell()
  }

  async #loseLine(error: unknown): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    this.#fault = this.#describe(error)
    // Since now, not since the first failure: whoever waits for minOff waits from the last moment it may have been on.
    this.#status = { ...this.#status, state: 'unknown', sinceMs: nowMs, ...noEnds, back: undefined, cause: undefined }
    this.#timer?.cancel()
    this.#timer = this.#clock.after(this.#retryMs, () => this.#onDue(this))
    this.#retryMs = Math.min(this.#retryMs * 2, limits.outputRetryMaxMs)
    this.#tell()
  }

  #tell(): void {
    const { state, percent } = this.#status
    if (this.#told?.state === state && this.#told.percent === percent) return
    this.#told = { state, percent }
    this.#listeners.tell(undefined)
  }

  #describe(error: unknown): string {
    return describeLineFault(this.config.line, error)
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
