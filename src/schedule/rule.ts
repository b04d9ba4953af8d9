import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { FireRate } from './fire-rate.ts'
import type { Condition, Job } from './job.ts'
import { type LevelCondition, type Observed, RuleLevel } from './rule-level.ts'
import { type Beginning, firesAtFirst } from './rule-start.ts'
import { keepsState, type Wish, wishesOf } from './rule-wishes.ts'

/** One trigger while it is armed: what it saw, and how often it is owed to fire. */
export class Rule {
  readonly job: Job
  readonly when: Condition
  readonly wishes: readonly Wish[]
  /** Its run leaves outputs in a state; run twice it is as if it had run once. */
  readonly keeps: boolean
  readonly level: RuleLevel | undefined
  readonly rate: FireRate
  /** How often it happened and was not yet answered by a run; at most once for what holds for a while. */
  owed = 0
  /** In words, for the log. */
  why = ''
  /** A run of it is being asked for. */
  isFiring = false
  /** Left out because it happened too often. */
  dropped = 0
  /** When to look whether its run failed, and how often it was tried in vain. */
  checkMs: number | undefined
  tries = 0
  /** A limit of an output undid it since it became true; its maker knows. */
  wasCut = false
  /** Nobody saw yet whether it is true. */
  #isFresh = true
  #from: Beginning
  /** It waits for a change, and its state is the one that was there when it was made. */
  #isBefore: boolean
  #last: Observed

  constructor(
    job: Job,
    when: Condition,
    began: { readonly nowMs: number; readonly from: Beginning; readonly isBefore: boolean },
  ) {
    this.job = job
    this.#from = began.from
    this.#isBefore = began.isBefore
    this.rate = new FireRate(job.action.kind === 'ask' ? limits.jobAskIntervalMinMs : limits.ruleGapMs)
    this.when = when
    this.wishes = wishesOf(job)
    this.keeps = keepsState(job)
    this.level = isLevel(when) ? new RuleLevel(when, began.nowMs) : undefined
  }

  /** Its condition holds now, and it is one that holds for a while. */
  get isTrue(): boolean {
    return this.level?.isTrue === true
  }

  /** When it becomes true by time alone: what is told and not sampled. */
  get dueMs(): number | undefined {
    return this.when.kind === 'is' ? this.level?.dueMs : undefined
  }

  /** `wasTold`: it fired before and was true since, as far as is known. Answers `false` where the condition is false. */
  observe(observed: Observed, nowMs: number, wasTold: boolean): boolean | undefined {
    this.#last = observed
    if (this.#isBefore && (observed === undefined || isStill(this.when, observed))) return undefined
    this.#isBefore = false
    const news = this.level?.observe(observed, nowMs)
    if (news === undefined) return undefined
    const wasFresh = this.#isFresh
    this.#isFresh = false
    this.owed = 0
    this.tries = 0
    this.checkMs = undefined
    this.wasCut = false
    if (news === 'false') return false
    const fires = !wasFresh || firesAtFirst(this.job, this.when, { from: this.#from, wasTold })
    if (fires) this.owe(reasonOf(this.when, observed))
    return true
  }

  /** Time alone may have made it true. */
  wait(nowMs: number, wasTold: boolean): void {
    this.observe(this.#last, nowMs, wasTold)
  }

  edge(edge: 'rising' | 'falling'): void {
    if (this.when.kind !== 'edge' || (this.when.edge !== 'both' && this.when.edge !== edge)) return
    this.owed++
    this.why = `${this.when.device}: ${this.owed === 1 ? `a ${edge} edge` : `${this.owed} edges`}`
  }

  owe(why: string): void {
    this.owed = 1
    this.why = why
  }

  /** Nobody knows any more what its device is: all begins anew with the next good reading. */
  forget(): void {
    this.level?.forget()
    this.#isFresh = true
    this.#from = 'start'
    this.owed = 0
    this.checkMs = undefined
  }

  /** While outputs are latched nothing fires: what happens is over then, what keeps a state makes it again afterwards. */
  quiet(): void {
    if (this.level === undefined) this.owed = 0
    else if (this.keeps && this.isTrue && this.owed === 0)
      this.owe(`${reasonOf(this.when, this.#last)}, after the latch`)
  }
}

function isLevel(when: Condition): when is LevelCondition {
  return when.kind === 'is' || when.kind === 'above' || when.kind === 'below' || when.kind === 'stale'
}

function isStill(when: Condition, observed: Observed): boolean {
  return when.kind === 'is' && observed === when.state
}

function reasonOf(when: Condition, observed: Observed): string {
  switch (when.kind) {
    case 'is':
      return `${when.device} is ${when.state}`
    case 'above':
    case 'below':
      return `${when.device} ${when.quantity} is ${observed}, ${when.kind} ${when.value}`
    case 'stale':
      return `${when.device} had no good reading for ${formatDuration(when.afterMs)}`
    case 'edge':
    case 'start':
    case 'trigger':
      return when.kind
  }
}
