import type { Person } from '../../bus/message.ts'
import type { Clock } from '../../clock.ts'
import { formatDuration } from '../../duration.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Refusal, Revocation } from '../pairing-port.ts'
import { PairedPeople, type PairedPerson } from './paired-people.ts'
import { PairingCodes, type Candidate } from './pairing-codes.ts'

export type PairingAnswer =
  { readonly status: 'paired'; readonly person: PairedPerson; readonly chat: string } | Refusal

/** Who may do what: numeric ids from the configuration, and people who were paired here. */
export class Access {
  readonly #allow: ReadonlySet<number>
  readonly #guests: ReadonlySet<number>
  readonly #people: PairedPeople
  readonly #codes: PairingCodes
  readonly #clock: Clock
  #isLoaded = false

  constructor(options: {
    readonly allow: readonly number[]
    readonly guests: readonly number[]
    readonly stateFolder: string
    readonly clock: Clock
    readonly log: Log
  }) {
    this.#allow = new Set(options.allow)
    this.#guests = new Set(options.guests)
    this.#people = new PairedPeople(options)
    this.#codes = new PairingCodes(options.clock)
    this.#clock = options.clock
  }

  /** Once. PincerError `disk` when the list of paired people cannot be read. */
  async load(): Promise<void> {
    if (this.#isLoaded) return
    await this.#people.load(this.#clock.nowMs())
    this.#isLoaded = true
  }

  /** `undefined`: a stranger, for whom nothing is done. */
  roleOf(id: number): Person['role'] | undefined {
    if (this.#allow.has(id) || this.#people.list().some((person) => person.id === id)) return 'owner'
    return this.#guests.has(id) ? 'guest' : undefined
  }

  /** What is left of the role that this person had, by what is known now; `undefined`: a stranger. */
  roleNow({ id, role }: Person): Person['role'] | undefined {
    return this.#isLoaded ? this.roleOf(Number(id)) : role
  }

  /** A code for a stranger; `undefined` when they are to hear nothing. */
  codeFor(candidate: Candidate): string | undefined {
    return this.#codes.give(candidate)
  }

  codeNotTold(id: number): void {
    this.#codes.takeBack(id)
  }

  /** Whoever may act here confirms a code: its holder is an owner once this resolves. Rejects with `disk`. */
  async confirm(code: string): Promise<PairingAnswer> {
    const candidate = this.#codes.find(code)
    if (candidate === undefined) {
      const reason = `Nobody waits with this code: it may be mistyped or older than ${formatDuration(limits.pairingCodeMs)}. A new message to the bot brings a new code, at most once in ${formatDuration(limits.pairingNoticeMs)}.`
      return { status: 'refused', reason }
    }
    const person = { id: candidate.id, name: candidate.name, pairedAtMs: this.#clock.nowMs() }
    await this.#people.add(person)
    this.#codes.use(candidate.id)
    return { status: 'paired', person, chat: candidate.chat }
  }

  list(): readonly PairedPerson[] {
    return this.#people.list()
  }

  pending(): readonly Candidate[] {
    return this.#codes.pending()
  }

  /** Ids from the configuration first; of those only the id is known, unless they were paired too. */
  owners(): readonly { readonly id: number; readonly name: string }[] {
    const names = new Map(this.list().map(({ id, name }) => [id, name]))
    const ids = new Set([...this.#allow, ...names.keys()])
    return [...ids].map((id) => ({ id, name: names.get(id) ?? String(id) }))
  }

  /** `name` is the name of a paired person, or the id. Rejects with `disk`, and has revoked all the same until then. */
  async revoke(name: string): Promise<Revocation | Refusal> {
    const wanted = name.trim().toLowerCase()
    const byId = this.list().filter(({ id }) => String(id) === wanted)
    const found = byId.length > 0 ? byId : this.list().filter(({ name }) => name.toLowerCase() === wanted)
    const [person, ...others] = found
    if (person === undefined && this.#allow.has(Number(wanted))) {
      const reason = `The id ${wanted} stands in channels.telegram.allow of pincer.yaml: take it out there, and restart Pincer.`
      return { status: 'refused', reason }
    }
    if (person === undefined) {
      const known = this.list().map(({ id, name }) => `${name} (${id})`)
      const who = known.length === 0 ? 'Nobody is paired.' : `Paired are: ${known.join(', ')}.`
      return { status: 'refused', reason: `Nobody called "${name.trim()}" is paired. ${who}` }
    }
    if (others.length > 0) {
      const ids = found.map(({ id }) => id).join(', ')
      return {
        status: 'refused',
        reason: `${found.length} people are called "${name.trim()}": give the id, one of ${ids}.`,
      }
    }
    await this.#people.remove(person.id)
    const keeps = this.#keeps(person.id)
    return { status: 'revoked', person, ...(keeps === undefined ? {} : { keeps }) }
  }

  #keeps(id: number): string | undefined {
    const role = this.roleOf(id)
    if (role === undefined) return undefined
    const [list, may] = role === 'owner' ? ['allow', 'do everything'] : ['guests', 'read the devices']
    return `channels.telegram.${list} of pincer.yaml has this id, so this person may still ${may}: take it out there, and restart Pincer.`
  }
}
