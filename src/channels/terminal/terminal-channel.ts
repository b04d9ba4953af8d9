import { randomUUID } from 'node:crypto'
import type { Acceptance, Activity, Outbound, Person } from '../../bus/message.ts'
import type { Clock } from '../../clock.ts'
import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Answer, Asking, Question } from '../../bus/question.ts'
import type { Channel, Delivery, Intake } from '../channel.ts'
import { assertSayable, type Said, type TerminalLink, type TerminalPeer } from './terminal-peer.ts'

/** The terminal has one conversation, whoever is attached to it. */
const terminalChat = 'local'

const nobody = 'nobody is at a terminal to say yes: open one with `pincer chat`, and ask again'

interface OpenDelivery {
  readonly offer: (peer: TerminalPeer) => void
  readonly giveUp: () => void
}

interface OpenQuestion {
  readonly question: Question
  readonly asking: Asking
  asked: TerminalPeer
  /** The asked peer gave a plain yes or no: it knows how the question ended. */
  isAnsweredHere: boolean
}

/**
 * The terminal as a channel: any number of peers share the one chat `local`. A reply goes to all of them and counts as
 * delivered when one has really written it; with nobody attached it waits for the next peer, without polling.
 */
export class TerminalChannel implements Channel {
  readonly name = 'terminal'
  readonly chat = terminalChat
  readonly commands = [{ usage: '/quit', help: 'leave this chat' }]
  readonly #person: Person
  readonly #clock: Clock
  readonly #deliveries = new Set<OpenDelivery>()
  readonly #questions = new Map<string, OpenQuestion>()
  /** Oldest first. */
  #peers: readonly TerminalPeer[] = []
  #intake: Intake | undefined

  /** `person` is the owner: the user id of this process and its login name. */
  constructor(options: { readonly person: Person; readonly clock: Clock }) {
    this.#person = options.person
    this.#clock = options.clock
  }

  start(intake: Intake): Promise<void> {
    this.#intake = intake
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#intake = undefined
    for (const { asking } of this.#questions.values()) asking.unavailable('Pincer is stopping')
    for (const delivery of this.#deliveries) delivery.giveUp()
    const peers = this.#peers
    this.#peers = []
    for (const peer of peers) peer.ended('Pincer is stopping.')
    return Promise.resolve()
  }

  /** Lets a peer take part, and gives it at once what was waiting for somebody to read it. */
  attach(peer: TerminalPeer): TerminalLink {
    this.#peers = [...this.#peers, peer]
    for (const delivery of this.#deliveries) delivery.offer(peer)
    return {
      say: (message) => this.#say(message),
      answer: (questionId, answer) => {
        const open = this.#questions.get(questionId)
        if (open?.asked === peer) this.#answer(open, answer)
      },
      close: () => {
        this.#detach(peer)
        return Promise.resolve()
      },
    }
  }

  deliver(message: Outbound, signal: AbortSignal): Promise<Delivery> {
    if (message.chat !== terminalChat) {
      const reason = `The terminal has no chat "${message.chat}": its only chat is "${terminalChat}".`
      return Promise.resolve({ status: 'undeliverable', reason })
    }
    return new Promise((resolve) => {
      const settle = (delivery: Delivery): void => {
        this.#deliveries.delete(open)
        signal.removeEventListener('abort', open.giveUp)
        resolve(delivery)
      }
      const open: OpenDelivery = {
        offer: (peer) => {
          peer.outbound(message).then(
            () => settle({ status: 'delivered' }),
            () => this.#detach(peer),
          )
        },
        giveUp: () => {
          const reason = 'It was stopped before anybody at a terminal had read it.'
          settle({ status: 'retry', afterMs: limits.terminalRetryMs, reason })
        },
      }
      if (signal.aborted) {
        open.giveUp()
        return
      }
      signal.addEventListener('abort', open.giveUp, { once: true })
      this.#deliveries.add(open)
      for (const peer of this.#peers) open.offer(peer)
    })
  }

  ask(question: Question, asking: Asking): void {
    const peer = this.#newestInteractive()
    if (question.chat !== terminalChat || question.personId !== this.#person.id) {
      asking.unavailable(`only ${this.#person.name} can be asked at this terminal`)
      return
    }
    if (peer === undefined) {
      asking.unavailable(nobody)
      return
    }
    const id = randomUUID()
    const open: OpenQuestion = { question, asking, asked: peer, isAnsweredHere: false }
    this.#questions.set(id, open)
    void this.#closeWhenEnded(id, open)
    peer.question(id, question)
  }

  show(activity: Activity): void {
    if (activity.channel !== this.name) return
    for (const peer of this.#peers) peer.activity(activity)
  }

  async #say(message: Said): Promise<Acceptance> {
    if (this.#intake === undefined) throw new PincerError('stopped', 'Pincer is stopping: the message was not taken.')
    assertSayable(message)
    return this.#intake.accept({
      id: message.id,
      channel: this.name,
      chat: terminalChat,
      person: this.#person,
      text: message.text,
      sentAtMs: this.#clock.nowMs(),
      ageMs: 0,
    })
  }

  async #closeWhenEnded(id: string, open: OpenQuestion): Promise<void> {
    const words = await open.asking.ended
    this.#questions.delete(id)
    if (!open.isAnsweredHere) open.asked.withdraw(id, words)
  }

  /** "Always" has words that are worth reading, with the way to revoke it. */
  #answer(open: OpenQuestion, answer: Answer): void {
    if (open.asking.answer(answer)) open.isAnsweredHere = answer !== 'always'
  }

  #newestInteractive(): TerminalPeer | undefined {
    return this.#peers.findLast((peer) => peer.interactive)
  }

  #detach(peer: TerminalPeer): void {
    this.#peers = this.#peers.filter((each) => each !== peer)
    for (const [id, open] of this.#questions) {
      if (open.asked !== peer) continue
      const next = this.#newestInteractive()
      if (next === undefined) open.asking.unavailable(nobody)
      else {
        open.asked = next
        next.question(id, open.question)
      }
    }
  }
}
