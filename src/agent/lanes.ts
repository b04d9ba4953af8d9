import type { Inbound, Person } from '../bus/message.ts'

/** One chat's messages: at most one turn runs at a time, the others wait in order. */
export interface Lane {
  readonly waiting: Inbound[]
  running: { readonly aborter: AbortController; readonly ended: Promise<void> } | undefined
  /** The turn is answered, and what runs is a summary of the chat. */
  isSummingUp: boolean
}

/** Messages of one person that are answered together. */
export type Batch = readonly [Inbound, ...Inbound[]]

/** What /stop found. */
export interface StopReport {
  readonly stoppedTurns: number
  /** Waiting messages that will not be answered; the command's reply closes them. */
  readonly dropped: readonly Inbound[]
}

/** Where a message was written. */
interface Place {
  readonly channel: string
  readonly chat: string
}

export interface LanesOptions {
  /** After this nothing is begun any more. */
  readonly shutdown: AbortSignal
  /** The lane is free for the next turn when it settles; it never rejects. */
  readonly runTurn: (batch: Batch, lane: Lane, stop: AbortSignal) => Promise<void>
}

/** The queue and the running turn of each chat: chats do not wait for each other. */
export class Lanes {
  readonly #options: LanesOptions
  readonly #lanes = new Map<string, Lane>()

  constructor(options: LanesOptions) {
    this.#options = options
  }

  take(message: Inbound): void {
    const name = laneName(message)
    const lane = this.#lanes.get(name) ?? { waiting: [], running: undefined, isSummingUp: false }
    this.#lanes.set(name, lane)
    lane.waiting.push(message)
    if (lane.running === undefined) this.#startNext(name, lane)
  }

  /** Nothing runs and nothing waits in this chat. */
  isFree(where: Place): boolean {
    return !this.#lanes.has(laneName(where))
  }

  runningTurns(): number {
    return [...this.#lanes.values()].filter(isInTurn).length
  }

  /** Ends the running turn of this chat (or of all chats) and takes its waiting messages. */
  async stopTurns(where: Place | 'all'): Promise<StopReport> {
    const names = where === 'all' ? [...this.#lanes.keys()] : [laneName(where)]
    const lanes = names.map((name) => this.#lanes.get(name)).filter((lane) => lane !== undefined)
    const dropped = lanes.flatMap((lane) => lane.waiting.splice(0))
    const stoppedTurns = lanes.filter(isInTurn).length
    const running = lanes.map((lane) => lane.running).filter((turn) => turn !== undefined)
    for (const turn of running) turn.aborter.abort()
    await Promise.all(running.map((turn) => turn.ended))
    return { stoppedTurns, dropped }
  }

  /** Resolves when what runs now has ended. */
  async ended(): Promise<void> {
    const running = [...this.#lanes.values()].map((lane) => lane.running).filter((turn) => turn !== undefined)
    await Promise.all(running.map((turn) => turn.ended))
  }

  #startNext(name: string, lane: Lane): void {
    const first = this.#options.shutdown.aborted ? undefined : lane.waiting.shift()
    if (first === undefined) {
      lane.running = undefined
      this.#lanes.delete(name)
      return
    }
    const aborter = new AbortController()
    const batch: Batch = [first, ...takeSamePerson(lane.waiting, first.person)]
    const ended = this.#options.runTurn(batch, lane, aborter.signal).finally(() => {
      lane.running = undefined
      this.#startNext(name, lane)
    })
    lane.running = { aborter, ended }
  }
}

/** Takes the messages at the front that this person wrote: nobody acts with another person's rights. */
export function takeSamePerson(waiting: Inbound[], person: Person): Inbound[] {
  const end = waiting.findIndex((message) => message.person.id !== person.id || message.person.role !== person.role)
  return waiting.splice(0, end === -1 ? waiting.length : end)
}

/** The same for all messages of one chat. */
export function laneName(where: Place): string {
  return JSON.stringify([where.channel, where.chat])
}

function isInTurn(lane: Lane): boolean {
  return lane.running !== undefined && !lane.isSummingUp
}
