import type { Clock } from '../clock.ts'
import type { Devices, Reading, ReadOutcome } from '../devices/device.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Observed } from './rule-level.ts'
import type { RuleMemory } from './rule-memory.ts'
import type { Rule } from './rule.ts'
import { Sampler } from './sampler.ts'

export interface RuleInputsOptions {
  readonly devices: Pick<Devices, 'list' | 'read' | 'known' | 'watch'>
  readonly clock: Clock
  readonly log: Log
  readonly memory: RuleMemory
  /** A rule may be owed, or may not be any more. */
  readonly onChange: () => void
  /** These rules rest on a device that could not be read several times in a row, or not at all since they were made. */
  readonly onLost: (device: string, rules: readonly Rule[], lost: Lost) => void
  readonly onBack: (device: string, rules: readonly Rule[]) => void
  /** An output that this rule keeps in a state is in another one, or in that again. */
  readonly onOutput: (rule: Rule, output: string) => void
}

export interface Lost {
  readonly why: string
  /** Those of the rules whose makers were not told yet, nor before the restart. */
  readonly untold: readonly Rule[]
}

interface Failures {
  readonly count: number
  readonly why: string
}

/**
 * Brings rules what they wait for. Lines and outputs tell it themselves; sensors are sampled, and so is a line that
 * cannot be read, until it can.
 */
export class RuleInputs {
  readonly #options: RuleInputsOptions
  readonly #sampler: Sampler
  readonly #rules = new Set<Rule>()
  /** The devices that are watched, and how to leave each: one watch for all of its rules, so that they change together. */
  readonly #watches = new Map<string, () => void>()
  /** Lines that could not be read. */
  readonly #failing = new Set<string>()
  /** How often in a row a device could not be read, and why the last time. */
  readonly #failures = new Map<string, Failures>()
  /** Nobody knows whether they are true, and what they set is safe, until their device can be read again. */
  readonly #lost = new Set<Rule>()
  /** Made or resumed while Pincer runs, and not sampled since: whether its device can be read is said at once. */
  readonly #unproven = new Set<Rule>()

  constructor(options: RuleInputsOptions) {
    this.#options = options
    const { devices, clock } = options
    this.#sampler = new Sampler({
      devices,
      clock,
      wanted: () => this.#wanted(),
      onSample: (outcome) => this.#onSample(outcome),
    })
  }

  /**
   * Begins to bring this rule what it waits for. `sampleNow` comes after a number of these. Its device must be there.
   * `atStart`: Pincer starts, and a device may need some time.
   */
  add(rule: Rule, { atStart }: { readonly atStart: boolean }): void {
    const { when } = rule
    this.#rules.add(rule)
    if (!atStart) this.#unproven.add(rule)
    // The first reading shows what it is now, and whether it can be read at all.
    if (when.kind === 'edge' || when.kind === 'is') this.#failing.add(when.device)
    this.#watch()
  }

  remove(rule: Rule): void {
    for (const set of [this.#rules, this.#lost, this.#unproven]) set.delete(rule)
    this.#watch()
  }

  /** Why the device of this rule cannot be read, once that is sure. */
  lossOf(rule: Rule): string | undefined {
    const failures = 'device' in rule.when ? this.#failures.get(rule.when.device) : undefined
    if (failures === undefined) return undefined
    return this.#lost.has(rule) || failures.count >= limits.ruleSamplesFailedMax ? failures.why : undefined
  }

  sampleNow(): void {
    this.#sampler.sampleNow()
  }

  stop(): void {
    this.#sampler.stop()
    this.#rules.clear()
    this.#watch()
  }

  #rulesOf(device: string): readonly Rule[] {
    return [...this.#rules].filter(({ when }) => 'device' in when && when.device === device)
  }

  #wanted(): ReadonlySet<string> {
    const names = [...this.#rules].flatMap(({ when }) => {
      switch (when.kind) {
        case 'above':
        case 'below':
        case 'stale':
          return [when.device]
        case 'edge':
        case 'is':
          return this.#failing.has(when.device) ? [when.device] : []
        case 'start':
        case 'trigger':
          return []
      }
    })
    return new Set(names)
  }

  #watch(): void {
    const { devices } = this.#options
    const known = new Set(devices.list().map(({ name }) => name))
    const wanted = new Set([...this.#rules].flatMap(watchedOf).filter((name) => known.has(name)))
    for (const [device, leave] of this.#watches) {
      if (wanted.has(device)) continue
      leave()
      this.#watches.delete(device)
    }
    for (const device of wanted) {
      if (this.#watches.has(device)) continue
      this.#watches.set(
        device,
        devices.watch(device, (edge) => this.#onEvent(device, edge)),
      )
    }
  }

  #onEvent(device: string, edge: 'rising' | 'falling' | undefined): void {
    const rules = this.#rulesOf(device)
    if (edge !== undefined) for (const rule of rules) rule.edge(edge)
    const levels = rules.filter(({ when }) => when.kind === 'is')
    if (levels.length > 0) this.#observeState(device, levels)
    for (const rule of this.#rules) if (keptBy(rule).includes(device)) this.#options.onOutput(rule, device)
    this.#options.onChange()
  }

  #observeState(device: string, rules: readonly Rule[]): void {
    const reading = this.#options.devices.known().find((each) => each.device === device && each.quantity === 'state')
    if (reading === undefined || reading.value === 'unknown') {
      this.#failing.add(device)
      this.#sampler.sampleNow()
      return
    }
    for (const rule of rules) this.#observe(rule, reading.value)
  }

  #onSample(outcome: ReadOutcome): void {
    const { device } = outcome
    const rules = this.#rulesOf(device)
    switch (outcome.status) {
      case 'ok':
        this.#failing.delete(device)
        this.#failures.delete(device)
        this.#regain(device, rules)
        for (const rule of rules) this.#observe(rule, observedOf(rule, outcome.readings))
        break
      case 'failed': {
        const count = (this.#failures.get(device)?.count ?? 0) + 1
        this.#failures.set(device, { count, why: outcome.reason })
        for (const rule of rules) this.#observe(rule, undefined)
        const isSure = count >= limits.ruleSamplesFailedMax
        this.#lose(
          device,
          rules.filter((rule) => isSure || this.#unproven.has(rule)),
          outcome.reason,
        )
        break
      }
    }
    for (const rule of rules) this.#unproven.delete(rule)
    this.#options.onChange()
  }

  #lose(device: string, among: readonly Rule[], why: string): void {
    const rules = among.filter((rule) => rule.when.kind !== 'stale' && !this.#lost.has(rule))
    if (rules.length === 0) return
    for (const rule of rules) {
      rule.forget()
      this.#lost.add(rule)
    }
    const { log, memory, onLost } = this.#options
    // The owner is told in the chat.
    log.info('schedule', `Rules rest on ${device}, which cannot be read. ${why}`)
    onLost(device, rules, { why, untold: rules.filter(({ job }) => memory.noteLost(job.id, true)) })
  }

  /** Also of those that were lost before the restart. */
  #regain(device: string, among: readonly Rule[]): void {
    const { memory, onBack } = this.#options
    for (const rule of among) this.#lost.delete(rule)
    const rules = among.filter(({ job }) => memory.noteLost(job.id, false))
    if (rules.length > 0) onBack(device, rules)
  }

  #observe(rule: Rule, observed: Observed): void {
    const { memory, clock } = this.#options
    const { id } = rule.job
    if (rule.observe(observed, clock.monotonicMs(), memory.wasTold(id)) !== false) return
    memory.noteTold(id, false)
    memory.noteBefore(id, false)
  }
}

function observedOf({ when }: Rule, readings: readonly Reading[]): Observed {
  switch (when.kind) {
    case 'above':
    case 'below':
      return readings.find(({ quantity }) => quantity === when.quantity)?.value
    case 'is':
      return readings.find(({ quantity }) => quantity === 'state')?.value
    case 'stale':
      return 'read'
    case 'edge':
    case 'start':
    case 'trigger':
      return undefined
  }
}

/** The outputs that a rule keeps in a state: what else drives them is looked at. */
function keptBy({ keeps, level, wishes }: Rule): readonly string[] {
  return keeps && level !== undefined ? wishes.map(({ output }) => output) : []
}

function watchedOf(rule: Rule): readonly string[] {
  const { when } = rule
  return when.kind === 'edge' || when.kind === 'is' ? [when.device, ...keptBy(rule)] : keptBy(rule)
}
