import type { Inbound, Person } from '../bus/message.ts'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Model } from '../model/model.ts'
import type { Registry } from '../tools/registry.ts'
import { askerOf } from './asker.ts'
import { guestHistory } from './guest-history.ts'
import type { RoleNow } from './recovery.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'
import { TurnRequests, type TurnRequestsOptions } from './turn-requests.ts'
import { wordsOf } from './words.ts'

/** How a turn begins: the system prompt that it is sent with, and its requests, which have heard the message. */
export interface Beginning {
  readonly system: string
  readonly requests: TurnRequests
}

/** With what it was made of. */
interface Prepared extends Beginning {
  readonly session: Session
  readonly bytesAppended: number
  readonly role: Person['role']
  readonly sinceMs: number
}

export interface BeginningsOptions {
  readonly sessions: Sessions
  readonly registry: Registry
  readonly model: Model
  readonly clock: Clock
  readonly log: Log
  readonly prompt: (role: Person['role']) => Promise<string>
  readonly context: () => string
  readonly roleNow: RoleNow
}

/**
 * How turns begin. While the disk takes the record of a message, its first request is made: nothing of that leaves, and
 * it goes with the message where no turn begins with it.
 */
export class Beginnings {
  readonly #options: BeginningsOptions
  readonly #prepared = new WeakMap<Inbound, Promise<Prepared | undefined>>()
  readonly #preparing = new Set<Promise<unknown>>()

  constructor(options: BeginningsOptions) {
    this.#options = options
  }

  /** Never throws: what goes wrong here goes wrong again in the turn, which can tell it. */
  prepare(message: Inbound): void {
    const preparing = this.#prepare(message).finally(() => this.#preparing.delete(preparing))
    this.#preparing.add(preparing)
    this.#prepared.set(message, preparing)
  }

  /** For the turn that answers this message: what was prepared for it, if that still says what is so now. */
  async begin(message: Inbound, session: Session): Promise<Beginning> {
    const prepared = await this.#prepared.get(message)
    return prepared !== undefined && this.#holds(prepared, message, session) ? prepared : this.#make(message, session)
  }

  /** Resolves when nothing is being prepared. */
  async settled(): Promise<void> {
    await Promise.all(this.#preparing)
  }

  async #prepare(message: Inbound): Promise<Prepared | undefined> {
    const { sessions, clock, log } = this.#options
    try {
      return await sessions.use(message.channel, message.chat, async (session) => {
        const role = this.#asker(message).person.role
        const madeOf = { session, bytesAppended: session.bytesAppended(), role, sinceMs: clock.monotonicMs() }
        const beginning = await this.#make(message, session)
        beginning.requests.prepare()
        return { ...beginning, ...madeOf }
      })
    } catch (error) {
      log.debug('agent', `A turn could not be prepared: ${sentenceOf(error)}`)
      return undefined
    }
  }

  /** What may change by itself (clock, readings, files) is as good as now when it is of a moment ago. */
  #holds({ bytesAppended, role, sinceMs, ...of }: Prepared, message: Inbound, session: Session): boolean {
    const isSame = of.session === session && bytesAppended === session.bytesAppended()
    const isFresh = this.#options.clock.monotonicMs() - sinceMs <= limits.preparedAgeMaxMs
    return isSame && isFresh && role === this.#asker(message).person.role
  }

  async #make(message: Inbound, session: Session): Promise<Beginning> {
    const { model, registry, prompt, context } = this.#options
    const asker = this.#asker(message)
    const system = await prompt(asker.person.role)
    const requests = new TurnRequests({
      model,
      tools: () => registry.specs(asker.person),
      asker,
      system,
      ...historyFor(asker.person, session),
      gauge: session.gauge,
      context,
    })
    requests.listen(wordsOf(message))
    return { system, requests }
  }

  #asker(message: Inbound) {
    return askerOf(message, this.#options.roleNow)
  }
}

/** A summary tells what was found in files too: guests get none. */
function historyFor(
  { role }: Person,
  session: Session,
): Pick<TurnRequestsOptions, 'history' | 'summary' | 'earlierLeftOut'> {
  const [history, summary, earlierLeftOut] = [session.turns(), session.summary(), session.earlierLeftOut()]
  if (role === 'owner') return { history, summary, earlierLeftOut }
  const lacksSummary = earlierLeftOut || summary !== undefined
  return { history: guestHistory(history), summary: undefined, earlierLeftOut: lacksSummary }
}
