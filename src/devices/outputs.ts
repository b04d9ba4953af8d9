import type { Clock } from '../clock.ts'
import type { SwitchConfig } from '../config/config.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { OutputNotice, SafeOrder, SetOutcome, SetRequest } from './device.ts'
import { Latch, latchSentence } from './latch.ts'
import { OutputNotices } from './output-notices.ts'
import type { OutputPorts } from './output-drive.ts'
import { openOutputs } from './output-opening.ts'
import { leaveOrphansSafe } from './output-orphans.ts'
import { recordAtStop } from './output-restart.ts'
import { OutputSet } from './output-set.ts'
import { causes, noEnds, oppositeOf, switched } from './output-status.ts'
import type { Back, Plan } from './output-status.ts'
import type { Wish } from './output-rules.ts'
import { type BoardStateParts, OutputStore } from './output-store.ts'
import { describeConfirmation, describeOutcome } from './output-text.ts'
import { wishOf } from './output-wish.ts'
import type { Order } from './output-wish.ts'
import { Output } from './output.ts'
import { createSerial } from './serial.ts'

/**
 * All switched outputs: every path to one of them ends here. Two rules hold the whole together.
 *
 * Decisions (and the file) are made one after the other. An output leaves its safe state only after the disk holds until
 * when; it goes to its safe state first, and the disk follows.
 *
 * Driving safe (a deadline, `/stop all`, shutdown) waits for no decision and no disk: it writes the lines at once, and what
 * was decided before and not yet written is refused at the line.
 */
export class Outputs {
  readonly #set: OutputSet
  readonly #ports: OutputPorts
  readonly #usedLines: ReadonlySet<string>
  readonly #clock: Clock
  readonly #log: Log
  readonly #store: OutputStore
  readonly #latch: Latch
  readonly #simulated: boolean
  readonly #notices: OutputNotices
  readonly #serial = createSerial()
  #life: 'new' | 'starting' | 'running' | 'stopped' = 'new'

  constructor(
    options: BoardStateParts & {
      readonly configs: ReadonlyMap<string, SwitchConfig>
      /** The lines of all devices, also of those that are no outputs. */
      readonly usedLines: ReadonlySet<string>
      readonly ports: OutputPorts
      /** Must not throw or wait. */
      readonly tell: (notice: OutputNotice) => void
    },
  ) {
    const { clock, ports } = options
    const onDue = (output: Output): void => this.#onDue(output)
    const all = [...options.configs].map(([name, config]) => new Output({ name, config, ports, clock, onDue }))
    this.#set = new OutputSet(all, options)
    this.#ports = ports
    this.#usedLines = options.usedLines
    this.#clock = clock
    this.#log = options.log
    this.#store = new OutputStore(options)
    this.#latch = new Latch(options)
    this.#simulated = options.simulated
    this.#notices = new OutputNotices(options)
  }

  get all(): readonly Output[] {
    return this.#set.all
  }

  get(name: string): Output | undefined {
    return this.all.find((output) => output.name === name)
  }

  latched(): string | undefined {
    return this.#latch.reason
  }

  /** Never fails: what cannot be read or driven is logged, and leaves the outputs concerned safe or unknown. */
  start(): Promise<void> {
    if (this.#life !== 'new') throw new Error('the outputs were started before')
    this.#life = 'starting'
    const epochs = new Map(this.#set.all.map((output) => [output, output.epoch]))
    return this.#serial(async () => {
      await this.#latch.load()
      const { reason } = this.#latch
      if (reason !== undefined) this.#log.warn('devices', latchSentence(reason))
      const stored = await this.#store.load()
      await leaveOrphansSafe({ stored, usedLines: this.#usedLines, ports: this.#ports, log: this.#log })
      const latched = reason !== undefined
      await openOutputs({ set: this.#set, stored, latched, clock: this.#clock, log: this.#log, epochs })
      // A stop that came meanwhile has driven everything safe.
      if (this.#life === 'starting') this.#life = 'running'
      await this.#store.saveOrSpoil(this.#set.records())
    })
  }

  /** Drives every output safe, remembers what `start: last` restores, and gives the lines back. */
  async stop(): Promise<void> {
    const wasStarted = this.#life === 'starting' || this.#life === 'running'
    this.#life = 'stopped'
    if (wasStarted) await this.#stopDriving()
    await Promise.all(this.#set.all.map((output) => output.release()))
  }

  async #stopDriving(): Promise<void> {
    const before = this.#set.records()
    await this.#set.driveSafe(causes.stop)
    await this.#serial(async () => {
      const records = this.#set.records()
      for (const output of this.#set.all) {
        const { name, config } = output
        const after = records.get(name)
        if (after === undefined) continue
        records.set(name, recordAtStop(config, before.get(name), after, this.#clock.monotonicMs()))
      }
      await this.#store.saveOrSpoil(records)
    })
  }

  /** Refusals are PincerError `latched`, `needs_human`, `limit`, `disk`, `hardware`, `stopped`. */
  set(output: Output, request: SetRequest): Promise<SetOutcome> {
    const { epoch } = output
    return this.#serial(async () => {
      this.#refuseClosed()
      const confirmation = describeConfirmation(output.config, request)
      if (confirmation !== undefined && request.approved !== confirmation) {
        const sentence = `${output.name} is marked \`confirm\`: a person must allow exactly this first: "${confirmation}"`
        throw new PincerError('needs_human', sentence)
      }
      const wish = wishOf(output.config, request)
      const { percent } = wish
      return this.#apply(output, wish, { epoch, carried: noEnds, cause: undefined, asker: request.asker, percent })
    })
  }

  /** Drives all safe at once. Fails, after it did what it could, with `hardware` or `disk` and what could not be done. */
  async driveSafe(options: SafeOrder): Promise<void> {
    if (options.latch) this.#latch.engage(options.reason)
    const failed = await this.#set.driveSafe(`by ${options.reason}`, options.only)
    const unlatchedError = await this.#serial(async () => {
      const error = options.latch ? await this.#latch.trySave(this.#log) : undefined
      // Before start() the file still holds what start() is to read.
      if (this.#life !== 'new') await this.#store.saveOrSpoil(this.#set.records())
      return error
    })
    if (failed.length > 0) {
      const names = failed.map((output) => output.name).join(', ')
      const sentence = `Not driven to its safe state: ${names}. Pincer keeps trying; cut the power if it cannot wait.`
      throw new PincerError('hardware', sentence)
    }
    if (unlatchedError !== undefined) throw unlatchedError
  }

  unlatch(): Promise<void> {
    return this.#serial(() => this.#latch.lift())
  }

  /** Called inside the serial. */
  async #apply(output: Output, wish: Wish, order: Order): Promise<SetOutcome> {
    const { epoch } = order
    const allowed = this.#set.allow(output, wish, order.carried)
    const leavesSafe = wish.value !== output.config.safe
    let changed = allowed.kind === 'switch'
    let plan: Plan = allowed
    if (!changed) {
      changed = leavesSafe && (await this.#move(output, order))
      await this.#moveEnds(output, plan, epoch)
    } else if (leavesSafe) plan = await this.#leaveSafe(output, wish, order)
    else {
      try {
        await output.switchTo(wish.value, plan, epoch, order)
      } finally {
        await this.#store.saveOrSpoil(this.#set.records())
      }
    }
    const { name } = output
    const sentence = describeOutcome({
      name,
      config: output.config,
      percent: output.status.percent,
      value: wish.value,
      changed,
      plan,
      stays: !leavesSafe && wish.forMs !== undefined,
      nowMs: this.#clock.monotonicMs(),
      simulated: this.#simulated,
    })
    return { name, state: wish.value, changed, sentence }
  }

  /** Disk first. A slow disk may take seconds: the decision is made anew afterwards, and maxOn counts from then. */
  async #leaveSafe(output: Output, wish: Wish, order: Order): Promise<Plan> {
    const { epoch, carried, cause, asker, percent } = order
    const to = { state: wish.value, plan: this.#set.allow(output, wish, carried), cause, asker, percent }
    const status = switched(output.status, to, output.config, this.#clock.monotonicMs())
    await this.#store.save(this.#set.records(output, status))
    try {
      this.#refuseClosed()
      const plan = this.#set.allow(output, wish, carried)
      await output.switchTo(wish.value, plan, epoch, order)
      return plan
    } catch (error) {
      await this.#store.saveOrSpoil(this.#set.records())
      throw error
    }
  }

  /** It stays on with another level. Answers whether that was another one. */
  async #move(output: Output, { percent, epoch }: Order): Promise<boolean> {
    if (percent === undefined || percent === output.status.percent) return false
    try {
      await output.moveTo(percent, epoch)
    } finally {
      await this.#store.saveOrSpoil(this.#set.records())
    }
    return true
  }

  /** The state stays. What lasts longer than the disk knows is written first, what ends sooner holds at once. */
  async #moveEnds(output: Output, plan: Plan, epoch: number): Promise<void> {
    const before = output.status
    if (plan.endsMs === before.endsMs && plan.back === before.back) return
    const sooner = plan.back === undefined && (plan.endsMs ?? Infinity) <= (before.endsMs ?? Infinity)
    const { endsMs, latestMs, back } = plan
    if (!sooner) await this.#store.save(this.#set.records(output, { ...before, endsMs, latestMs, back }))
    if (output.epoch === epoch) output.setEnds(plan)
    await this.#store.saveOrSpoil(this.#set.records())
    if (output.epoch !== epoch) {
      throw new PincerError('stopped', `${output.name} was driven to its safe state meanwhile: ask again.`)
    }
  }

  /** A timer of the output fired. */
  #onDue(output: Output): void {
    // While the start still opens other lines, a restored output may already be due.
    if (this.#life === 'new' || this.#life === 'stopped') return
    const { epoch } = output
    const { state, endsMs, back } = output.status
    const nowMs = this.#clock.monotonicMs()
    const isOver = endsMs !== undefined && endsMs <= nowMs
    let work: Promise<void> | undefined
    if (state === 'unknown' || isOver) work = this.#end(output)
    else if (back !== undefined && back.atMs <= nowMs) work = this.#serial(() => this.#comeBack(output, back, epoch))
    // A timer may fire a moment early.
    else output.setEnds(output.status)
    work?.catch((error: unknown) => this.#log.error('devices', `${output.name}: ${sentenceOf(error)}`))
  }

  async #end(output: Output): Promise<void> {
    const { state, endsMs, latestMs } = output.status
    const wasUnknown = state === 'unknown'
    const { name, config } = output
    const cause = wasUnknown ? causes.fault : endsMs === latestMs ? causes.maxOn : causes.timeOver
    const done = await output.driveSafe(cause)
    if (done) this.#log.info('devices', `${name} was switched ${config.safe} ${cause}.`)
    else if (!wasUnknown) this.#log.error('devices', `${name} could not be driven ${config.safe}. ${output.fault}`)
    this.#notices.ended(output, { cause, done })
    // Tries that fail change nothing worth a write.
    if (done || !wasUnknown) await this.#serial(() => this.#store.saveOrSpoil(this.#set.records()))
  }

  async #comeBack(output: Output, back: Back, epoch: number): Promise<void> {
    if (output.status.back !== back || this.#life !== 'running') return
    const wish: Wish = { value: oppositeOf(output.config.safe), forMs: undefined }
    const verdict = this.#set.judge(output, wish)
    if (verdict.kind === 'refused') {
      const later = this.#set.postpone(output, back, verdict)
      if (later === undefined) this.#notices.notBack(output, verdict.sentence)
      output.setEnds({ ...noEnds, back: later })
      await this.#store.saveOrSpoil(this.#set.records())
      return
    }
    try {
      const { asker } = output.status
      await this.#apply(output, wish, { epoch, carried: back, cause: causes.timeOver, asker })
    } catch (error) {
      this.#log.error('devices', `${output.name} was to be ${wish.value} again, but: ${sentenceOf(error)}`)
      this.#notices.notBack(output, sentenceOf(error))
      if (output.status.back !== back) return
      output.setEnds({ ...noEnds, back: undefined })
      await this.#store.saveOrSpoil(this.#set.records())
    }
  }

  #refuseClosed(): void {
    if (this.#life !== 'running') throw new PincerError('stopped', 'Outputs cannot be switched: Pincer is not running.')
    const { reason } = this.#latch
    if (reason !== undefined) throw new PincerError('latched', latchSentence(reason))
  }
}
