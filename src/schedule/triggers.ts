import type { Clock, Timer } from '../clock.ts'
import type { Devices } from '../devices/device.ts'
import { durationMaxMs } from '../duration.ts'
import { sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Job } from './job.ts'
import { jobTitle } from './job-words.ts'
import { missingInput } from './job-trouble.ts'
import { RuleFiring } from './rule-firing.ts'
import { type Lost, RuleInputs } from './rule-inputs.ts'
import { RuleMemory } from './rule-memory.ts'
import { isChange } from './rule-start.ts'
import { backText, cutText, lostText, missingText } from './rule-words.ts'
import { Rule } from './rule.ts'
import type { TellMaker } from './perform.ts'
import type { Schedule } from './schedule.ts'

export interface TriggersOptions {
  readonly schedule: Pick<Schedule, 'list' | 'fire' | 'setPaused' | 'onChange'>
  readonly devices: Pick<Devices, 'list' | 'read' | 'known' | 'watch' | 'latched' | 'driveSafe'>
  readonly clock: Clock
  readonly log: Log
  /** Where `triggers.json` stands. */
  readonly stateFolder: string
  readonly tell: TellMaker
}

/** Arms each job that waits for something, and fires it when that happens. */
export class Triggers {
  readonly #options: TriggersOptions
  readonly #memory: RuleMemory
  readonly #firing: RuleFiring
  readonly #inputs: RuleInputs
  readonly #rules = new Map<string, Rule>()
  /** Jobs that are being paused because they cannot be armed. */
  readonly #refused = new Set<string>()
  #timer: Timer | undefined
  #life: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: TriggersOptions) {
    this.#options = options
    const memory = new RuleMemory(options)
    this.#memory = memory
    const onChange = (): void => this.#look()
    this.#firing = new RuleFiring({ ...options, memory, rules: () => [...this.#rules.values()], onChange })
    this.#inputs = new RuleInputs({
      ...options,
      memory,
      onChange,
      onLost: (device, rules, lost) => void this.#goSafe(device, rules, lost),
      onBack: (device, rules) => {
        for (const group of byChat(rules)) this.#tell(group[0].job, backText(device, group))
      },
      onOutput: (rule, output) => this.#noteCut(rule, output),
    })
  }

  /** After the schedule and the devices. `isBoot`: Pincer starts now, and what waits for that fires. */
  async start({ isBoot }: { readonly isBoot: boolean }): Promise<void> {
    const { schedule } = this.#options
    await this.#memory.load()
    if (this.#life !== 'new') return
    this.#life = 'running'
    schedule.onChange(() => this.#arm({ atStart: false }))
    this.#arm({ atStart: isBoot })
    // Those paused keep what was said of them: they may be resumed.
    this.#memory.keepOnly(new Set(schedule.list().map(({ job }) => job.id)))
    const waiting = [...this.#rules.values()].filter(({ when }) => isBoot && when.kind === 'start')
    for (const rule of waiting) rule.owe('Pincer started')
    this.#look()
  }

  /** Why what this job rests on cannot be read; undefined: it can, or is just being tried. */
  lossOf(id: string): string | undefined {
    const rule = this.#rules.get(id)
    return rule === undefined ? undefined : this.#inputs.lossOf(rule)
  }

  async stop(): Promise<void> {
    this.#life = 'stopped'
    this.#timer?.cancel()
    this.#inputs.stop()
    await this.#memory.save()
  }

  /** Arms what was made or resumed, and lets go of what was removed or paused. */
  #arm({ atStart }: { readonly atStart: boolean }): void {
    if (this.#life !== 'running') return
    const { schedule, devices, clock } = this.#options
    const jobs = schedule.list().flatMap(({ job }) => (job.paused === undefined ? [job] : []))
    const ids = new Set(jobs.map(({ id }) => id))
    for (const [id, rule] of this.#rules) {
      if (ids.has(id)) continue
      this.#inputs.remove(rule)
      this.#firing.forget(rule)
      this.#rules.delete(id)
    }
    let added = 0
    for (const job of jobs) {
      if (job.time.kind !== 'when' || this.#rules.has(job.id)) continue
      const { when } = job.time
      const why = missingInput(when, devices.list())
      if (why !== undefined) {
        this.#refuse(job, why)
        continue
      }
      if (!atStart) this.#memory.noteBefore(job.id, isChange(when))
      const isBefore = this.#memory.wasBefore(job.id)
      const rule = new Rule(job, when, { nowMs: clock.monotonicMs(), from: atStart ? 'start' : 'made', isBefore })
      this.#rules.set(job.id, rule)
      this.#inputs.add(rule, { atStart })
      added++
    }
    if (added > 0) this.#inputs.sampleNow()
    this.#look()
  }

  /** Fires what may fire, and looks again when time alone may change something. */
  #look(): void {
    if (this.#life !== 'running') return
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    const rules = [...this.#rules.values()]
    for (const rule of rules) {
      if ((rule.dueMs ?? Infinity) <= nowMs) rule.wait(nowMs, this.#memory.wasTold(rule.job.id))
    }
    const againMs = this.#firing.consider(nowMs)
    const nextMs = Math.min(againMs ?? Infinity, ...rules.map(({ dueMs }) => dueMs ?? Infinity))
    this.#timer?.cancel()
    if (nextMs === Infinity) return
    const delayMs = Math.min(durationMaxMs, Math.max(0, nextMs - nowMs))
    this.#timer = clock.after(delayMs, () => this.#look())
  }

  /** Nobody knows whether these rules are true: what they set goes safe, once. */
  async #goSafe(device: string, rules: readonly Rule[], { why, untold }: Lost): Promise<void> {
    const { devices, log } = this.#options
    const outputs = devices.list().filter(({ name, output }) => output && rules.some((rule) => sets(rule, name)))
    let fault: string | undefined
    if (outputs.length > 0) {
      try {
        const only = outputs.map(({ name }) => name)
        await devices.driveSafe({ latch: false, reason: `a rule that lost ${device}`, only })
      } catch (error) {
        fault = sentenceOf(error)
        log.error('schedule', fault)
      }
    }
    for (const group of byChat(untold)) {
      const own = outputs.filter(({ name }) => group.some((rule) => sets(rule, name)))
      const states = own.map(({ name, safe }) => `${name} ${safe}`)
      this.#tell(group[0].job, lostText(device, group, { why, states, fault }))
    }
  }

  /** A rule that is still true does not undo a limit: who set the limit meant it. */
  #noteCut(rule: Rule, output: string): void {
    const readings = this.#options.devices.known()
    const isCut = readings.some(({ device, cause }) => device === output && cause?.endsWith('by maxOn') === true)
    if (!isCut || !rule.isTrue || rule.wasCut) return
    rule.wasCut = true
    this.#tell(rule.job, cutText(rule.job, output))
  }

  #refuse(job: Job, why: string): void {
    const { schedule, log } = this.#options
    if (this.#refused.has(job.id)) return
    this.#refused.add(job.id)
    this.#tell(job, missingText(job, why))
    schedule
      .setPaused(job.id, { why })
      .catch((error: unknown) => log.error('schedule', `${jobTitle(job)}: ${sentenceOf(error)}`))
      .finally(() => this.#refused.delete(job.id))
  }

  #tell(job: Job, text: string): void {
    this.#options.tell(job, text, { failed: true }).catch((error: unknown) => {
      this.#options.log.error('schedule', `Not told: ${text} ${sentenceOf(error)}`)
    })
  }
}

function sets({ wishes }: Rule, output: string): boolean {
  return wishes.some((wish) => wish.output === output)
}

/** Rules whose makers read the same chat. */
function byChat(rules: readonly Rule[]): readonly (readonly [Rule, ...Rule[]])[] {
  const groups = new Map<string, [Rule, ...Rule[]]>()
  for (const rule of rules) {
    const { channel, chat } = rule.job.maker
    const group = groups.get(`${channel} ${chat}`)
    if (group === undefined) groups.set(`${channel} ${chat}`, [rule])
    else group.push(rule)
  }
  return [...groups.values()]
}
