import type { Person } from '../bus/message.ts'
import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import type { ActBudget } from '../guard/act-budget.ts'
import type { Approver } from '../guard/approval.ts'
import type { CallAudit } from '../guard/audit.ts'
import { personKey } from '../guard/audit-recall.ts'
import { CallRecord } from '../guard/call-record.ts'
import { sourcesText } from '../guard/sources.ts'
import { limits } from '../limits.ts'
import type { Log, Redact } from '../log.ts'
import { legibleJson } from '../guard/legible.ts'
import type { ToolCall, ToolSpec } from '../model/model.ts'
import { nearest } from '../nearest.ts'
import { shortened } from '../short-text.ts'
import { parseArguments } from './call-arguments.ts'
import { toolSpec } from './json-schema.ts'
import { allowedText, type Circumstances, type Decision, type ExaminedCall, Permission } from './permission.ts'
import type { Tool, ToolContext } from './tool.ts'

/** Where a call comes from and what surrounds it. */
export interface CallOrigin extends Circumstances {
  /** Told what a long call is at, for people; redacted. */
  onProgress?(line: string): void
  /**
   * Journals a changing call before it runs; answers what to call when it has come back. `foreign`: whence text from
   * outside came that was in view when it was written.
   */
  beforeChange(what: string, foreign: string | undefined): Promise<() => Promise<void>>
}

export interface ToolOutcome {
  readonly text: string
  readonly failed: boolean
  /** The path in `text` under which the whole of an over-long result is stored. */
  readonly parkedAs?: string
  /** Whence text from outside came that stands in `text`; absent where all of it is ours. */
  readonly foreign?: string
  /** A person was asked to allow this call, and did not. */
  readonly saidNo?: true
}

/** Stores an over-long result in the workspace and answers its path there. `isOurs`: nothing in it is from outside. */
export type ParkResult = (name: string, text: string, isOurs: boolean) => Promise<string>

/** Guests see the board's readings and nothing else. */
const guestTools: ReadonlySet<string> = new Set(['device_read', 'device_history'])

/**
 * The one way to run a tool: it validates, asks, counts, records, journals, times and caps. It never throws: whatever goes
 * wrong becomes one sentence that the model can act on.
 */
export class Registry {
  readonly #tools = new Map<string, Tool>()
  #specs: readonly ToolSpec[] = []
  readonly #permission: Permission
  readonly #budget: ActBudget
  readonly #audit: CallAudit
  readonly #clock: Clock
  readonly #log: Log
  readonly #redact: Redact
  readonly #park: ParkResult

  constructor(options: {
    readonly tools: readonly Tool[]
    readonly approver: Approver
    readonly budget: ActBudget
    readonly audit: CallAudit
    readonly clock: Clock
    readonly log: Log
    readonly redact: Redact
    readonly park: ParkResult
  }) {
    for (const tool of options.tools) this.offer(tool)
    this.#permission = new Permission(options.approver)
    this.#budget = options.budget
    this.#audit = options.audit
    this.#clock = options.clock
    this.#log = options.log
    this.#redact = options.redact
    this.#park = options.park
  }

  /** Adds a tool, from the next request on: what cannot work here is not offered, and some is known only later. */
  offer(tool: Tool): void {
    this.#tools.set(tool.name, tool)
    this.#specs = [...this.#tools.values()].map(toolSpec)
  }

  /** The tools that this person's model calls may use. */
  specs(person: Person): readonly ToolSpec[] {
    return person.role === 'owner' ? this.#specs : this.#specs.filter((spec) => guestTools.has(spec.name))
  }

  /** Unknown tools count as changing: they are answered in order. */
  isReadOnly(name: string): boolean {
    return this.#tools.get(name)?.access === 'read'
  }

  /**
   * An owner's call of this tool in words, and what it needs of a person by itself, without making it; `allowed` is what to
   * keep of a yes. Rejects with `bad_call` for a tool or arguments that are wrong, and as the tool does for what is impossible.
   */
  async examine({ tool: name, args }: { readonly tool: string; readonly args: object }): Promise<ExaminedCall> {
    const tool = this.#find(name, this.#specs)
    const parsed = parseArguments(tool, JSON.stringify(args))
    const need = await tool.needsHuman?.(parsed)
    const call = `${tool.name} ${legibleJson(parsed)}`
    const words = (await tool.inWords?.(parsed)) ?? (need === undefined ? call : `${need.action} (${call})`)
    return { words, need: need && { ...need, allowed: allowedText(need, tool, parsed) } }
  }

  async run(call: ToolCall, origin: CallOrigin): Promise<ToolOutcome> {
    const sources = new Set<string>()
    const { channel, chat, person } = origin
    const record = new CallRecord({
      audit: this.#audit,
      clock: this.#clock,
      channel,
      chat,
      sender: person.id,
      tool: call.name,
      args: call.arguments,
    })
    const outcome = await this.#run(call, origin, sources, record)
    record.end(outcome)
    return sources.size === 0 ? outcome : { ...outcome, foreign: sourcesText([...sources]) }
  }

  /** What fails may quote text from outside as well: `sources` counts then too. */
  async #run(call: ToolCall, origin: CallOrigin, sources: Set<string>, record: CallRecord): Promise<ToolOutcome> {
    try {
      const tool = this.#find(call.name, this.specs(origin.person))
      const args = parseArguments(tool, call.arguments)
      const decision = await this.#permission.decide(tool, args, origin)
      const { verdict, why } = decision
      record.decided({ verdict, why, acts: isAct(tool, args, decision), counts: tool.counts?.(args) === true })
      if (decision.verdict === 'refused') {
        return { ...this.#failure(decision.sentence), ...(decision.saidNo ? { saidNo: true } : {}) }
      }
      const foreign = (source: string): void => void sources.add(source)
      const text = this.#redact(await this.#runRecorded(tool, args, { decision, foreign, record }, origin))
      // What the model wrote with text from outside in view stands in results too.
      return await this.#capped(tool, text, sources.size === 0 && origin.untrusted === undefined)
    } catch (error) {
      if (!isPincerError(error))
        this.#log.error('tools', `${call.name} failed in a way it should not: ${stackOf(error)}`)
      return this.#failure(sentenceOf(error))
    }
  }

  #failure(sentence: string): ToolOutcome {
    return { text: shortened(this.#redact(sentence), limits.toolFailureCharsMax), failed: true }
  }

  #find(name: string, specs: readonly ToolSpec[]): Tool {
    const offered = specs.map((spec) => spec.name)
    const tool = offered.includes(name) ? this.#tools.get(name) : undefined
    if (tool !== undefined) return tool
    const close = nearest(name, offered)
    const hint = close === undefined ? `The tools are: ${offered.join(', ')}.` : `Did you mean ${close}?`
    throw new PincerError('bad_call', `There is no tool "${name}". ${hint}`)
  }

  /** What acts is on the disk before it runs, in the audit and in the journal. */
  async #runRecorded(
    tool: Tool,
    args: Record<string, unknown>,
    call: { readonly decision: Decision; readonly foreign: ToolContext['foreign']; readonly record: CallRecord },
    origin: CallOrigin,
  ): Promise<string> {
    const { decision, foreign, record } = call
    if (origin.signal.aborted) throw new PincerError('stopped', `${tool.name} was not started: stopped.`)
    const counts = tool.counts?.(args)
    if (counts === true) await this.#budget.take(personKey(origin.channel, origin.person.id))
    // What such a tool does not count makes an output safe, and that waits for no disk.
    if (isAct(tool, args, decision) && counts !== false) await record.begin()
    const run = async (): Promise<string> => {
      await this.#permission.verify(decision, tool, args)
      const approved = decision.verdict === 'approved' ? decision.action : undefined
      return this.#runTimed(tool, args, { approved, foreign }, origin)
    }
    if (tool.access === 'read') return run()
    const ended = await origin.beforeChange(describeCall(tool.name, args), origin.untrusted)
    try {
      return await run()
    } finally {
      await ended()
    }
  }

  /** Ends the wait on /stop and at the tool's deadline, even when the tool ignores its signal. */
  async #runTimed(
    tool: Tool,
    args: Record<string, unknown>,
    context: Pick<ToolContext, 'approved' | 'foreign'>,
    origin: CallOrigin,
  ): Promise<string> {
    const { channel, chat, person, untrusted } = origin
    const aborter = new AbortController()
    const { promise: gaveUp, reject: giveUp } = Promise.withResolvers<never>()
    let graceTimer: { cancel(): void } | undefined
    const end = (sentence: string): void => {
      const error = new PincerError('stopped', sentence)
      aborter.abort(error)
      // A changing tool may be in the middle of an action: it gets a moment to come to a clean end.
      graceTimer = this.#clock.after(limits.stopGraceMs, () => giveUp(error))
    }
    const onStop = (): void => end(`${tool.name} was stopped.`)
    if (origin.signal.aborted) throw new PincerError('stopped', `${tool.name} was not started: stopped.`)
    origin.signal.addEventListener('abort', onStop, { once: true })
    const timer = this.#clock.after(tool.timeoutMs, () =>
      end(
        `${tool.name} took longer than ${formatDuration(tool.timeoutMs)} and was ended; it may have done part of its work.`,
      ),
    )
    try {
      const progress = (line: string): void => {
        if (!aborter.signal.aborted) origin.onProgress?.(this.#redact(line))
      }
      const isPlanned = origin.planned !== undefined
      const given = { channel, chat, person, untrusted, isPlanned, signal: aborter.signal, progress, ...context }
      const work = tool.run(args, given)
      return await Promise.race([work, gaveUp])
    } finally {
      origin.signal.removeEventListener('abort', onStop)
      timer.cancel()
      graceTimer?.cancel()
    }
  }

  /** Long results go to the workspace; the model gets both ends and the path. */
  async #capped(tool: Tool, text: string, isOurs: boolean): Promise<ToolOutcome> {
    const charsMax = limits.toolResultCharsMax
    if (text.length <= charsMax) return { text, failed: false }
    const half = Math.floor(charsMax / 2)
    const around = (note: string): string =>
      `${text.slice(0, half).toWellFormed()}\n[... ${text.length - 2 * half} characters left out; ${note} ...]\n${text.slice(-half).toWellFormed()}`
    try {
      const path = await this.#park(tool.name, text, isOurs)
      return { text: around(`the whole result is in ${path}, read it with read_file`), failed: false, parkedAs: path }
    } catch (error) {
      // The call itself went well: were it called failed, the model would do it once more.
      this.#log.warn('tools', `A long result of ${tool.name} could not be stored: ${sentenceOf(error)}`)
      return { text: around('they could not be stored'), failed: false }
    }
  }
}

/** A reading that needs a person is an act too: it can carry out what the chat knows. */
function isAct(tool: Tool, args: Record<string, unknown>, { verdict }: Decision): boolean {
  return verdict !== 'free' || tool.acts(args)
}

/** A call in words that a person and a journal can keep: the tool and its arguments, shortened. */
export function describeCall(name: string, args: unknown): string {
  const text = JSON.stringify(args) ?? ''
  return `${name} ${shortened(text, limits.describedCallCharsMax)}`
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
