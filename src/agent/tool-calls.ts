import { limits } from '../limits.ts'
import type { ToolCall } from '../model/model.ts'
import type { CallOrigin, Registry, ToolOutcome } from '../tools/registry.ts'
import { toolLine } from './tool-line.ts'

export interface ToolCallsOptions {
  readonly registry: Registry
  readonly origin: CallOrigin
  /** One quiet line for each tool call, before and after. */
  readonly onTool: (line: string, finished: ToolOutcome | undefined) => void
  /** What the call of this line is at. */
  readonly onProgress: (line: string, progress: string) => void
}

/** What a call depends on that the model saw when it wrote it. */
export type View = Pick<CallOrigin, 'untrusted' | 'takeOrder' | 'ownerWrote'>

/** The tool calls of one turn: in which order they run, and what has come of them so far. */
export class ToolCalls {
  readonly #options: ToolCallsOptions
  /** Changing calls that came back well, in words. */
  readonly #done: string[] = []
  /** Changing calls that /stop met in the middle: what they did is not known. */
  readonly #unsure: string[] = []
  /** Calls that a person was asked to allow, and did not. */
  readonly #refused: string[] = []

  constructor(options: ToolCallsOptions) {
    this.#options = options
  }

  get done(): readonly string[] {
    return this.#done
  }

  /** False as long as no changing call came back well, and none was met in the middle by /stop. */
  hasChanged(): boolean {
    return this.#done.length + this.#unsure.length > 0
  }

  /** `sentence`, then what was changed before it. */
  withChanges(sentence: string): string {
    const parts = [sentence]
    if (this.#done.length > 0) parts.push(`Done before that: ${this.#done.join('; ')}.`)
    if (this.#unsure.length > 0) parts.push(`Started, and perhaps done: ${this.#unsure.join('; ')}.`)
    return parts.join(' ')
  }

  /** What ends the turn when a person has refused enough; a model would go on asking. */
  refusal(): string | undefined {
    if (!this.#isRefused()) return undefined
    const what = this.#refused.map((line) => `"${line}"`).join(' and ')
    return `I stopped, because ${what} got no yes from you, and I do not go on asking. Tell me what you want instead.`
  }

  /**
   * Runs the calls of one reply: neighbouring read-only ones together, all others alone and in order. While a person is
   * asked about one, the read-only ones behind it do not wait for the answer. One outcome a call, in their order.
   */
  async run(calls: readonly ToolCall[], view: View): Promise<readonly ToolOutcome[]> {
    const outcomes: ToolOutcome[] = []
    const taken = calls.slice(0, limits.turnCallsPerReplyMax)
    const { signal } = this.#options.origin
    while (outcomes.length < taken.length && !signal.aborted && !this.#isRefused()) {
      const reads = this.#readsAt(taken, outcomes.length)
      const change = reads.length === 0 ? taken[outcomes.length] : undefined
      if (change === undefined) outcomes.push(...(await Promise.all(reads.map((call) => this.#runCall(call, view)))))
      else outcomes.push(...(await this.#runChange(change, this.#readsAt(taken, outcomes.length + 1), view)))
    }
    const notRun: ToolOutcome = { text: this.#whyNotRun(), failed: true }
    return calls.map((_call, index) => outcomes[index] ?? notRun)
  }

  #whyNotRun(): string {
    if (this.#options.origin.signal.aborted) return 'Not run: the turn was stopped.'
    if (this.#isRefused()) return 'Not run: the person had refused before.'
    return `Not run: at most ${limits.turnCallsPerReplyMax} calls at once. Send it again.`
  }

  #isRefused(): boolean {
    return this.#refused.length >= limits.turnRefusalsMax
  }

  /** The neighbouring read-only calls from `start` on. */
  #readsAt(calls: readonly ToolCall[], start: number): readonly ToolCall[] {
    let end = start
    while (end < calls.length && this.#options.registry.isReadOnly(calls[end]?.name ?? '')) end++
    return calls.slice(start, end)
  }

  /** A changing call and, should a person be asked about it, the reads behind it; the outcomes of what was run. */
  async #runChange(change: ToolCall, readsBehind: readonly ToolCall[], view: View): Promise<readonly ToolOutcome[]> {
    const asking = Promise.withResolvers<'asking'>()
    const running = this.#runCall(change, { ...view, onAsking: () => asking.resolve('asking') })
    if ((await Promise.race([asking.promise, running])) !== 'asking') return [await running]
    const [changed, ...reads] = await Promise.all([running, ...readsBehind.map((call) => this.#runCall(call, view))])
    // What was read before an action must not pass for what came of it.
    const note = `\n[Read while ${change.name} waited for a person's answer.]`
    return changed.saidNo ? [changed, ...reads] : [changed, ...reads.map((read) => withNote(read, note))]
  }

  async #runCall(call: ToolCall, view: View & Pick<CallOrigin, 'onAsking'>): Promise<ToolOutcome> {
    const { registry, origin, onTool, onProgress } = this.#options
    const line = toolLine(call)
    onTool(line, undefined)
    let changeStarted = false
    const outcome = await registry.run(call, {
      ...origin,
      ...view,
      onProgress: (progress) => onProgress(line, progress),
      async beforeChange(what, foreign) {
        const ended = await origin.beforeChange(what, foreign)
        changeStarted = true
        return ended
      },
    })
    onTool(line, outcome)
    if (outcome.saidNo) this.#refused.push(line)
    if (changeStarted && !outcome.failed) this.#done.push(line)
    if (changeStarted && outcome.failed && origin.signal.aborted) this.#unsure.push(line)
    return outcome
  }
}

function withNote(outcome: ToolOutcome, note: string): ToolOutcome {
  return { ...outcome, text: `${outcome.text}${note}` }
}
