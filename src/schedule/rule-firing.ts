import type { Clock } from '../clock.ts'
import type { Devices } from '../devices/device.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { jobTitle } from './job-words.ts'
import { RuleFeud } from './rule-feud.ts'
import { clashOf } from './rule-fights.ts'
import type { RuleMemory } from './rule-memory.ts'
import { isSafe, wishText } from './rule-wishes.ts'
import type { Rule } from './rule.ts'
import type { TellMaker } from './perform.ts'
import type { Schedule } from './schedule.ts'

export interface RuleFiringOptions {
  readonly schedule: Pick<Schedule, 'list' | 'fire' | 'setPaused'>
  readonly devices: Pick<Devices, 'list' | 'latched' | 'driveSafe'>
  readonly clock: Clock
  readonly log: Log
  readonly memory: RuleMemory
  /** All that are armed. */
  readonly rules: () => readonly Rule[]
  readonly tell: TellMaker
  /** Something may be due another time now. */
  readonly onChange: () => void
}

/**
 * Decides which owed rules fire now. Quiet while outputs are latched; one run of a rule at a time, with a gap between; of
 * two rules that are true at once and set an output differently, the one that makes it safe has its way.
 */
export class RuleFiring {
  readonly #options: RuleFiringOptions
  readonly #feud: RuleFeud
  /** Pairs that were told of. */
  readonly #told = new Set<string>()

  constructor(options: RuleFiringOptions) {
    this.#options = options
    const isOutput = (name: string): boolean =>
      options.devices.list().some((device) => device.name === name && device.output)
    this.#feud = new RuleFeud(isOutput)
  }

  /** Fires what may fire. Answers when to ask again, in monotonic ms; `undefined`: when something happens. */
  consider(nowMs: number): number | undefined {
    const rules = this.#options.rules()
    if (this.#options.devices.latched() !== undefined) {
      for (const rule of rules) rule.quiet()
      return rules.some((rule) => rule.owed > 0) ? nowMs + limits.ruleSampleMs : undefined
    }
    const times = rules.flatMap((rule) => {
      this.#checkFailed(rule, nowMs)
      return [rule.checkMs, rule.owed === 0 ? undefined : this.#tryOne(rule, nowMs)]
    })
    const next = Math.min(...times.filter((each) => each !== undefined))
    return next === Infinity ? undefined : next
  }

  forget(rule: Rule): void {
    this.#feud.forget(rule)
  }

  #tryOne(rule: Rule, nowMs: number): number | undefined {
    const view = this.#options.schedule.list().find(({ job }) => job.id === rule.job.id)
    if (view === undefined || view.job.paused !== undefined) return undefined
    const { gapMs, hourMs } = rule.rate.nextMs(nowMs)
    if (rule.isFiring || view.isRunning) return Math.max(gapMs, nowMs + limits.ruleGapMs)
    if (this.#yields(rule)) return undefined
    if (gapMs > nowMs) return gapMs
    const { wishes, keeps } = rule
    const devices = this.#options.devices.list()
    // Going safe for good is never too often.
    const goesSafe = keeps && wishes.every((wish) => isSafe(wish, devices))
    if (hourMs > nowMs && !goesSafe) return this.#leaveOut(rule, hourMs)
    if (rule.dropped > 0) {
      this.#options.log.info('schedule', `${jobTitle(rule.job)} was left out ${rule.dropped} times.`)
      rule.dropped = 0
    }
    this.#fire(rule, nowMs)
    return undefined
  }

  #leaveOut(rule: Rule, untilMs: number): number | undefined {
    if (rule.dropped === 0) {
      const text = `${jobTitle(rule.job)} happened ${limits.ruleFiresPerHourMax} times within an hour: what comes beyond that is left out. Give it a \`for\`, a hysteresis or a debounce.`
      this.#tell(rule, text)
    }
    // What holds for a while is only late.
    if (rule.level !== undefined) {
      rule.dropped ||= 1
      return untilMs
    }
    rule.dropped += rule.owed
    rule.owed = 0
    return undefined
  }

  #fire(rule: Rule, nowMs: number): void {
    const { memory } = this.#options
    const { job } = rule
    const feud = this.#feud.note(rule, nowMs)
    if (feud !== undefined) {
      void this.#part(rule, feud.other, feud.output)
      return
    }
    rule.owed = 0
    rule.isFiring = true
    rule.rate.note(nowMs)
    if (rule.level !== undefined) memory.noteTold(job.id, true)
    if (rule.level !== undefined && rule.keeps) rule.checkMs = nowMs + limits.ruleRetryMs * 2 ** rule.tries
    void this.#run(rule)
  }

  async #run(rule: Rule): Promise<void> {
    const { schedule, log, onChange } = this.#options
    const answer = await schedule.fire(rule.job.id, rule.why)
    rule.isFiring = false
    if (answer === 'skipped') log.info('schedule', `${jobTitle(rule.job)} was skipped.`)
    onChange()
  }

  /** A limit may have refused what the rule wants: it is wanted still. */
  #checkFailed(rule: Rule, nowMs: number): void {
    if (rule.checkMs === undefined || rule.checkMs > nowMs) return
    rule.checkMs = undefined
    const view = this.#options.schedule.list().find(({ job }) => job.id === rule.job.id)
    if (!rule.isTrue || rule.owed > 0 || view?.last?.outcome.kind !== 'failed') return
    rule.tries++
    rule.owe(rule.why)
  }

  /** Whether another rule that is true too wants one of its outputs safe. */
  #yields(rule: Rule): boolean {
    const devices = this.#options.devices.list()
    for (const other of this.#options.rules()) {
      if (other === rule || !other.isTrue || rule.level === undefined) continue
      const clash = clashOf(rule.wishes, other.wishes)
      if (clash === undefined || !isSafe(clash[1], devices)) continue
      const text = `${jobTitle(rule.job)} and ${jobTitle(other.job)} fight over ${clash[0].output}: both are true now, the first wants ${wishText(clash[0])}, the second ${wishText(clash[1])}, which is safe and holds. Move their values apart, or remove one.`
      this.#tellOnce([rule, other], text)
      return true
    }
    return false
  }

  /** Two that turn an output round again and again: it goes safe, and both stop, until a person has looked. */
  async #part(rule: Rule, other: Rule, output: string): Promise<void> {
    const { schedule, devices, log } = this.#options
    const pair = [rule, other]
    for (const each of pair) each.owed = 0
    const names = `${jobTitle(rule.job)} and ${jobTitle(other.job)}`
    const why = `it fought with another job over ${output}`
    try {
      await devices.driveSafe({ latch: false, reason: `a fight of ${names}`, only: [output] })
    } catch (error) {
      log.error('schedule', sentenceOf(error))
    }
    for (const { job } of pair) {
      await schedule.setPaused(job.id, { why }).catch((error: unknown) => log.error('schedule', sentenceOf(error)))
    }
    const turns = `${limits.ruleFightTurnsMax} times within ${limits.ruleFightWindowMs / 60_000} minutes`
    const text = `${names} fight over ${output}: they turned it round ${turns}. It was driven to its safe state, and both are paused. Move their values apart or give them a \`for\`, then resume them.`
    this.#tellAll(pair, text)
  }

  #tellOnce(rules: readonly Rule[], text: string): void {
    const key = rules
      .map(({ job }) => job.id)
      .toSorted()
      .join(' ')
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#tellAll(rules, text)
  }

  /** Once in each chat. */
  #tellAll(rules: readonly Rule[], text: string): void {
    const chats = new Map(rules.map((rule) => [`${rule.job.maker.channel} ${rule.job.maker.chat}`, rule]))
    for (const rule of chats.values()) this.#tell(rule, text)
  }

  #tell({ job }: Rule, text: string): void {
    this.#options.tell(job, text, { failed: true }).catch((error: unknown) => {
      this.#options.log.error('schedule', `Not told: ${text} ${sentenceOf(error)}`)
    })
  }
}
