/** Names are for display alone: people choose them. */
export interface PairedPerson {
  readonly id: number | string
  readonly name: string
}

export interface Refusal {
  readonly status: 'refused'
  readonly reason: string
}

export interface Revocation {
  readonly status: 'revoked'
  readonly person: PairedPerson
  /** What this person may do all the same, and how that is ended: the rest of a sentence. */
  readonly keeps?: string
}

/** How a channel lets a stranger in: whoever was told a code becomes an owner when one confirms it. */
export interface PairingPort {
  /** The holder of the code is an owner once this resolves. Rejects with `disk`. */
  confirm(code: string): Promise<{ readonly status: 'paired'; readonly person: PairedPerson } | Refusal>
  list(): readonly PairedPerson[]
  /** Who was told a code that still holds. */
  pending(): readonly PairedPerson[]
  /** By name or id. Rejects with `disk`; until the next start the right is gone all the same. */
  revoke(name: string): Promise<Revocation | Refusal>
}
