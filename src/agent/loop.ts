import { isCommand, type Bus } from '../bus/bus.ts'
import { keyOf } from '../bus/ledger.ts'
import type { Inbound, Outbound, Person } from '../bus/message.ts'
import type { Clock } from '../clock.ts'
import { isPincerError, sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Model } from '../model/model.ts'
import type { CallOrigin, Registry } from '../tools/registry.ts'
import { askerOf } from './asker.ts'
import { Beginnings } from './beginnings.ts'
import type { CommandReply } from './command.ts'
import { type Batch, type Lane, laneName, Lanes, type StopReport, takeSamePerson } from './lanes.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'
import type { RoleNow } from './recovery.ts'
import { Summaries } from './summary.ts'
import { Turn, type TurnOptions, type TurnResult } from './turn.ts'
import { wordsOf } from './words.ts'

export interface LoopOptions {
  readonly bus: Bus
  readonly sessions: Sessions
  readonly registry: Registry
  readonly model: Model
  readonly clock: Clock
  readonly log: Log
  readonly iterationsMax: number
  readonly prompt: (role: Person['role']) => Promise<string>
  /** A right that was taken away counts no more, in a running turn too: nothing is left but what a guest may. */
  readonly roleNow: RoleNow
  /** Clock and known readings, for the last message of a request. */
  readonly context: () => string
  /** What owners have to be told beside an answer; each time something else. */
  readonly news: () => string | undefined
  /** The orders in one message of an owner. */
  readonly ordersIn: TurnOptions['ordersIn']
  /** Answers a command; never waits behind a turn. */
  readonly command: (message: Inbound, origin: CallOrigin) => Promise<CommandReply>
}

/** Takes messages from the bus, one turn at a time a chat; chats do not wait for each other. */
export class AgentLoop {
  readonly #options: LoopOptions
  readonly #lanes: Lanes
  readonly #beginnings: Beginnings
  readonly #commands = new Set<Promise<void>>()
  readonly #shutdown = new AbortController()
  readonly #summaries: Summaries
  /** Chats whose people were told that their log cannot be opened. */
  readonly #toldOfNoLog = new Set<string>()

  constructor(options: LoopOptions) {
    this.#options = options
    this.#summaries = new Summaries(options)
    this.#beginnings = new Beginnings(options)
    this.#lanes = new Lanes({
      shutdown: this.#shutdown.signal,
      runTurn: (batch, lane, stop) => this.#runTurn(batch, lane, stop),
    })
  }

  start(): void {
    this.#options.bus.onArriving((message) => this.#prepare(message))
    this.#options.bus.onAccepted((message) => this.take(message))
  }

  /** Ends all work. What has no answer stays in the journal: it is taken up, or told, at the next start. */
  async stop(): Promise<void> {
    this.#shutdown.abort()
    this.#options.bus.onArriving(() => undefined)
    this.#options.bus.onAccepted(() => undefined)
    await Promise.all([this.#lanes.ended(), this.#beginnings.settled(), ...this.#commands])
  }

  take(message: Inbound): void {
    if (this.#shutdown.signal.aborted) return
    if (isCommand(message.text)) {
      const run = this.#runCommand(message).finally(() => this.#commands.delete(run))
      this.#commands.add(run)
      return
    }
    this.#lanes.take(message)
  }

  /** Of what waits behind others it is not known yet what it will be answered with. */
  #prepare(message: Inbound): void {
    if (!isCommand(message.text) && this.#lanes.isFree(message)) this.#beginnings.prepare(message)
  }

  runningTurns(): number {
    return this.#lanes.runningTurns()
  }

  /** Ends the running turn of this chat (or of all chats) and takes its waiting messages. */
  stopTurns(where: { readonly channel: string; readonly chat: string } | 'all'): Promise<StopReport> {
    return this.#lanes.stopTurns(where)
  }

  async #runTurn(batch: Batch, lane: Lane, stop: AbortSignal): Promise<void> {
    const { bus, sessions } = this.#options
    const [{ channel, chat }] = batch
    bus.show({ kind: 'turn-started', channel, chat })
    let system: string | undefined
    try {
      system = await sessions.use(channel, chat, (session) => this.#answer(session, [...batch], lane, stop))
    } catch (error) {
      // Shutdown leaves the message in the journal; anything else is told and closed.
      if (this.#shutdown.signal.aborted) return
      await this.#send({ channel, chat, text: this.#tellBug(error), failed: true }, batch)
    } finally {
      bus.show({ kind: 'turn-ended', channel, chat })
    }
    const isCalm = lane.waiting.length === 0 && !stop.aborted && !this.#shutdown.signal.aborted
    if (isCalm && system !== undefined) await this.#sumUp(batch, lane, stop, system)
  }

  /**
   * The calm moment for a summary: the reply is out and nobody waits. A message that comes now waits until it is made,
   * at most for its deadline: abandoned each time that somebody writes, it would never be made in a busy chat.
   */
  async #sumUp(batch: Batch, lane: Lane, stop: AbortSignal, system: string): Promise<void> {
    const { sessions, registry, context, log } = this.#options
    const [{ channel, chat, person }] = batch
    const signal = AbortSignal.any([stop, this.#shutdown.signal])
    lane.isSummingUp = true
    try {
      const occasion = { system, tools: registry.specs(person), context, chat: { channel, chat }, signal }
      await sessions.use(channel, chat, (session) => this.#summaries.makeIfDue(session, occasion))
    } catch (error) {
      log.error('agent', `A chat could not be summed up: ${sentenceOf(error)}`)
    } finally {
      lane.isSummingUp = false
    }
  }

  /** Answers the system prompt that the turn was sent with. */
  async #answer(session: Session, messages: [Inbound, ...Inbound[]], lane: Lane, stop: AbortSignal): Promise<string> {
    const { model, registry, clock, log, iterationsMax, ordersIn, bus } = this.#options
    const [first, ...others] = messages
    const { channel, chat, person } = first
    const { system, requests } = await this.#beginnings.begin(first, session)
    for (const other of others) requests.listen(wordsOf(other))
    const turn = new Turn({
      model,
      registry,
      clock,
      iterationsMax,
      requests,
      join: () => {
        const joined = takeSamePerson(lane.waiting, person)
        messages.push(...joined)
        return joined.map(wordsOf)
      },
      ordersIn,
      origin: this.#origin(messages, stop),
      onTool: (line, outcome) =>
        bus.show(
          outcome === undefined
            ? { kind: 'tool-started', channel, chat, line }
            : { kind: 'tool-finished', channel, chat, line, failed: outcome.failed },
        ),
      onProgress: (line, progress) => bus.show({ kind: 'tool-progress', channel, chat, line, progress }),
    })
    const result = await this.#result(turn, stop)
    if (result === 'shutdown') return system
    let logged = true
    try {
      const { messages: said, failed } = result
      await session.append({ messages: said, answers: messages.map(keyOf), failed }, clock.nowMs())
    } catch (error) {
      // The answer matters more than its place in the history.
      log.error('agent', `The session log lacks a turn: ${sentenceOf(error)}`)
      logged = false
    }
    // The synced turn holds the answer: were its record in the journal lost with the power, the messages would be open
    // at the next start, and recovery would send what is logged. So this record needs no fsync of its own; it goes to
    // the disk with the next message. Not where the log could fail to show the turn, of which a start reads the end:
    // while messages wait, turns follow each other without an fsync here.
    const sync = !logged || lane.waiting.length > 0 || stop.aborted
    const text = this.#withNotices(session, first, result.text)
    await this.#send({ channel, chat, text, failed: result.failed }, messages, { sync })
    return system
  }

  /** Behind the answer, and no part of the conversation. */
  #withNotices(session: Session, message: Inbound, text: string): string {
    const said = this.#withFault(session, laneName(message), text)
    const news = message.person.role === 'owner' ? this.#options.news() : undefined
    return news === undefined ? said : `${said}\n\n${news}`
  }

  /** Said once, until the log can be opened again: a chat without its history must not look like one that has it. */
  #withFault({ fault }: Session, name: string, text: string): string {
    if (fault === undefined) this.#toldOfNoLog.delete(name)
    if (fault === undefined || this.#toldOfNoLog.has(name)) return text
    this.#toldOfNoLog.add(name)
    const what = fault.message.replace(/\.$/, '')
    return `${text}\n\nI do not see what was said before, and forget each message once it is answered: ${what}.`
  }

  async #result(turn: Turn, stop: AbortSignal): Promise<TurnResult | 'shutdown'> {
    try {
      return await turn.run()
    } catch (error) {
      if (!stop.aborted && this.#shutdown.signal.aborted) return 'shutdown'
      const stopped = stop.aborted && isPincerError(error) && error.code === 'stopped'
      const text = stopped
        ? turn.withChanges(turn.hasChanged() ? 'Stopped.' : 'Stopped. Nothing was changed.')
        : // Also a model that gave up by itself: no message of the turn may be left without an answer.
          turn.withChanges(this.#tellBug(error))
      return turn.end(text)
    }
  }

  #tellBug(error: unknown): string {
    const stack = error instanceof Error ? (error.stack ?? '') : String(error)
    this.#options.log.error('agent', `A turn failed in a way it should not: ${stack}`)
    return `Something went wrong inside me, and your message was not answered: ${sentenceOf(error).replace(/\.$/, '')}.`
  }

  async #runCommand(message: Inbound): Promise<void> {
    const { channel, chat } = message
    try {
      const reply = await this.#options.command(message, this.#origin([message], undefined))
      const { text, answers, failed, notices, buttons } = reply
      // First: were they still open after a crash, they would be taken up again in spite of /stop all.
      for (const notice of notices) {
        const [{ channel, chat }] = notice.answers
        await this.#send({ channel, chat, text: notice.text, failed: true }, notice.answers)
      }
      await this.#send({ channel, chat, text, failed, ...(buttons === undefined ? {} : { buttons }) }, answers)
    } catch (error) {
      if (this.#shutdown.signal.aborted) return
      if (!isPincerError(error)) {
        const stack = error instanceof Error ? (error.stack ?? '') : String(error)
        this.#options.log.error('agent', `${message.text} failed: ${stack}`)
      }
      await this.#send({ channel, chat, text: sentenceOf(error), failed: true }, [message])
    }
  }

  #origin(messages: Batch, stop: AbortSignal | undefined): CallOrigin {
    const { bus, roleNow } = this.#options
    const asker = askerOf(messages[0], roleNow)
    const { channel, chat } = asker
    return {
      channel,
      chat,
      get person() {
        return asker.person
      },
      get messageAgeMs() {
        // How long they waited here is known, and no reason to doubt them.
        return Math.max(...messages.map(({ ageMs = null }) => ageMs ?? Infinity))
      },
      untrusted: undefined,
      signal: stop === undefined ? this.#shutdown.signal : AbortSignal.any([stop, this.#shutdown.signal]),
      async beforeChange(what, foreign) {
        const id = await bus.callStarts(messages, what, foreign)
        return () => bus.callEnded(id)
      },
    }
  }

  async #send(
    message: Omit<Outbound, 'id' | 'answers'>,
    answered: readonly Inbound[],
    options = { sync: true },
  ): Promise<void> {
    try {
      await this.#options.bus.send(message, answered, this.#shutdown.signal, options)
    } catch (error) {
      // Only shutdown ends the wait for room: the message stays open in the journal.
      if (!isPincerError(error) || error.code !== 'stopped') throw error
    }
  }
}
