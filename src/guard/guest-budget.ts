import type { Inbound } from '../bus/message.ts'
import type { Clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { personKey } from './audit-recall.ts'

const hourMs = 3_600_000

export type Admission =
  | { readonly status: 'admitted' }
  /** `tell`: what the guest is told, once until a message is admitted again. */
  | { readonly status: 'refused'; readonly tell: string | undefined }

/** Counts what each guest wrote in the last hour. Owners have no bound, and /stop is nobody's to refuse. */
export class GuestBudget {
  readonly #clock: Clock
  /** By guest: the monotonic times of their messages, oldest first. They stand in the configuration, so they are few. */
  readonly #messages = new Map<string, readonly number[]>()
  readonly #told = new Set<string>()

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock
  }

  admit({ channel, person, text }: Inbound): Admission {
    if (person.role === 'owner' || /^\s*\/stop\b/i.test(text)) return { status: 'admitted' }
    const guest = personKey(channel, person.id)
    const nowMs = this.#clock.monotonicMs()
    const recent = (this.#messages.get(guest) ?? []).filter((atMs) => nowMs - atMs < hourMs)
    const [oldestMs = nowMs] = recent
    if (recent.length < limits.guestMessagesPerHourMax) {
      this.#messages.set(guest, [...recent, nowMs])
      this.#told.delete(guest)
      return { status: 'admitted' }
    }
    if (this.#told.has(guest)) return { status: 'refused', tell: undefined }
    this.#told.add(guest)
    const when = formatDuration(oldestMs + hourMs - nowMs)
    const tell = `That is more than the ${limits.guestMessagesPerHourMax} messages an hour that a guest may write: I take the next one in ${when}. /stop all always works.`
    return { status: 'refused', tell }
  }
}
