import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { modelFailure } from '../model/failure.ts'
import type { Model, ModelRequest, ToolSpec } from '../model/model.ts'
import { jsonBytes, messageBytes, requestBytes } from './gauge.ts'
import { callModel } from './model-call.ts'
import type { Session } from './session.ts'
import { checkedSummary, summaryInput, summarySystem, turnText } from './summary-prompt.ts'
import type { StoredTurn } from './stored-turn.ts'
import { fitRequest } from './window.ts'

export interface SummaryOptions {
  readonly model: Model
  readonly clock: Clock
  readonly log: Log
}

/** What the last turn of the chat was sent with, as the next one will be, and where. */
export interface SummaryOccasion {
  readonly system: string
  readonly tools: readonly ToolSpec[]
  /** The clock, so that "tomorrow" becomes a date. */
  readonly context: () => string
  readonly chat: { readonly channel: string; readonly chat: string }
  readonly signal: AbortSignal
}

interface Plan {
  readonly request: ModelRequest
  /** The name of the last turn that the summary stands for. */
  readonly after: string
  readonly lacks: boolean
  readonly charsMax: number
}

/** Puts a summary in the place of old turns, before a history has to be cut. */
export class Summaries {
  readonly #options: SummaryOptions
  /** After how many turns a summary of the chat was last made, or tried in vain. */
  readonly #triedAfter = new WeakMap<Session, number>()

  constructor(options: SummaryOptions) {
    this.#options = options
  }

  async makeIfDue(session: Session, occasion: SummaryOccasion): Promise<void> {
    if (this.#isDue(session, occasion)) await this.#make(session, occasion)
  }

  #isDue(session: Session, occasion: SummaryOccasion): boolean {
    const { model } = this.#options
    const asked = model.asked === undefined ? model.id : model.asked(occasion.chat)
    // Offline answers by rules and reads the newest message alone; where nobody may be asked, nobody writes.
    if (asked === undefined || asked === 'offline' || session.fault !== undefined) return false
    const triedAfter = this.#triedAfter.get(session)
    if (triedAfter !== undefined && session.turnsAppended() - triedAfter < limits.summaryTurnsMin) return false
    if (session.turns().length < 2) return false
    if (session.turnBytes() > 0.75 * limits.sessionTailBytesMax) return true
    return this.#mayBeNearFull(session, occasion) && this.#fitted(session, occasion).isNearFull
  }

  /** One model call. Where it fails, or says nothing of use, the history stays as it is. Never rejects. */
  async #make(session: Session, occasion: SummaryOccasion): Promise<void> {
    const { model, clock, log } = this.#options
    const { signal } = occasion
    this.#triedAfter.set(session, session.turnsAppended())
    const plan = this.#plan(session, occasion)
    if (plan === undefined) return
    try {
      const reply = await callModel(model, plan.request, { clock, signal, timeoutMs: limits.summaryTimeoutMs })
      const text = checkedSummary(session.summary(), reply.text, plan.charsMax)
      if (text === undefined) {
        log.warn('agent', `${model.id} wrote no usable summary of a long chat: its oldest turns will be left out.`)
        return
      }
      await session.appendSummary({ after: plan.after, atMs: clock.nowMs(), text, lacks: plan.lacks })
      log.info('agent', `A long chat was summed up in ${text.length} characters.`)
    } catch (error) {
      if (signal.aborted) return
      if (modelFailure(error, model.id)?.cause === 'too-long') {
        session.gauge.noteRefusal(model, requestBytes(plan.request))
      }
      log.warn('agent', `A long chat was not summed up: ${sentenceOf(error)}`)
    }
  }

  /** Quick, for it is asked after each turn. No turn is longer in a request than it is in the log. */
  #mayBeNearFull(session: Session, { system, tools }: SummaryOccasion): boolean {
    const framing = Buffer.byteLength(system) + jsonBytes(tools) + Buffer.byteLength(session.summary() ?? '')
    return framing + session.turnBytes() > session.gauge.roomBytes(this.#options.model) / 2
  }

  #fitted(session: Session, { system, tools }: SummaryOccasion) {
    const roomBytes = session.gauge.roomBytes(this.#options.model)
    return fitRequest({
      turns: session.turns(),
      summary: session.summary(),
      system,
      tools,
      present: [],
      roomBytes,
    })
  }

  #plan(session: Session, occasion: SummaryOccasion): Plan | undefined {
    const roomBytes = session.gauge.roomBytes(this.#options.model)
    const { historyBytesMax } = this.#fitted(session, occasion)
    const turns = session.turns()
    const end = cutAt(turns, Math.min(historyBytesMax, limits.sessionTailBytesMax) / 4)
    const after = turns[end - 1]?.answers[0]
    if (after === undefined) return undefined
    const charsMax = Math.min(limits.summaryCharsMax, Math.floor(historyBytesMax / 4))
    const earlier = session.summary()
    const request = (texts: readonly string[], lacks: boolean): ModelRequest => ({
      system: summarySystem(charsMax),
      tools: [],
      messages: [{ role: 'user', text: summaryInput(earlier, texts, lacks), context: occasion.context() }],
      chat: occasion.chat,
    })
    // What does not fit into the call is lost to the summary too, oldest first, and it says so.
    const texts = turns.slice(0, end).map(turnText)
    let bytes = requestBytes(request([], true))
    let first = end
    while (first > 0 && bytes + jsonBytes(texts[first - 1]) <= roomBytes) bytes += jsonBytes(texts[--first])
    if (first === end) return undefined
    const lacks = first > 0 || session.earlierLeftOut()
    return { request: request(texts.slice(first), lacks), after, lacks, charsMax }
  }
}

/** The newest turns stay as they are, at least one; the last before them must have a name. */
function cutAt(turns: readonly StoredTurn[], keptBytesMax: number): number {
  let end = turns.length - 1
  let bytes = messageBytes(turns[end]?.messages ?? [])
  while (end > 0) {
    bytes += messageBytes(turns[end - 1]?.messages ?? [])
    if (bytes > keptBytesMax) break
    end--
  }
  while (end > 0 && turns[end - 1]?.answers[0] === undefined) end--
  return end
}
