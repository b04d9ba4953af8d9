import type { Inbound } from '../bus/message.ts'
import { formatDuration } from '../duration.ts'
import { isPincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { AuditedGuest } from './audit.ts'
import { personKey } from './audit-recall.ts'
import type { HourCount } from './hour-count.ts'

export type Admission =
  | { readonly status: 'admitted' }
  /** `tell`: what the guest is told, once until a message is admitted again. */
  | { readonly status: 'refused'; readonly tell: string | undefined }

/** Bounds what each guest writes in an hour. Owners have no bound, and /stop is nobody's to refuse. */
export class GuestBudget {
  readonly #messages: HourCount
  readonly #record: (guest: AuditedGuest) => void
  readonly #told = new Set<string>()

  constructor(options: {
    readonly messages: HourCount
    /** Keeps what was admitted, for the count after a restart. */
    readonly record: (guest: AuditedGuest) => void
  }) {
    this.#messages = options.messages
    this.#record = options.record
  }

  /** Never rejects: where nothing tells what was written before the start, no guest is heard. */
  async admit({ channel, chat, person, text }: Inbound): Promise<Admission> {
    if (person.role === 'owner' || /^\s*\/stop\b/i.test(text)) return { status: 'admitted' }
    const guest = personKey(channel, person.id)
    const obstacle = await this.#obstacle(guest)
    if (obstacle === undefined) {
      this.#told.delete(guest)
      this.#record({ channel, chat, sender: person.id })
      return { status: 'admitted' }
    }
    if (this.#told.has(guest)) return { status: 'refused', tell: undefined }
    this.#told.add(guest)
    return { status: 'refused', tell: `${obstacle} /stop all always works.` }
  }

  async #obstacle(guest: string): Promise<string | undefined> {
    const max = limits.guestMessagesPerHourMax
    try {
      const taken = await this.#messages.take(guest, max)
      if (taken === 'taken') return undefined
      const when = formatDuration(taken.waitMs)
      return `That is more than the ${max} messages an hour that a guest may write: I take the next one in ${when}.`
    } catch (error) {
      if (!isPincerError(error)) throw error
      return 'I take no messages of guests now, because I cannot read how many there were: tell the owner.'
    }
  }
}
