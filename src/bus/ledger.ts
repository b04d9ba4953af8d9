import { limits } from '../limits.ts'
import type { DeadLetter, Inbound, Outbound } from './message.ts'
import type { JournalRecord } from './record.ts'

/** A changing call that was journalled before it ran. */
export interface StartedCall {
  readonly id: string
  /** The call in words, for the person who is told after a crash. */
  readonly what: string
  /** Whence text from outside came that was in view when it was written. */
  readonly foreign?: string
  readonly ended: boolean
}

/** An accepted message that has no answer yet. */
export interface Pending {
  readonly message: Inbound
  readonly calls: readonly StartedCall[]
  /** How often it was started again after a crash. */
  readonly restarts: number
}

/** Names a message among all channels. */
export function keyOf(message: { readonly channel: string; readonly id: string }): string {
  return `${message.channel}/${message.id}`
}

/**
 * What the journal says is open: a fold over its records. The same code applies a record when it is written and when
 * it is read back, so the state after a crash is the state before it.
 */
export class Ledger {
  readonly #pending = new Map<string, Pending>()
  readonly #outbound = new Map<string, Outbound>()
  /** By the id of the message, oldest first. */
  readonly #deadLetters = new Map<string, DeadLetter>()
  /** Handled ids, oldest first. */
  readonly #seen = new Set<string>()
  #newestSentMs = 0

  apply(record: JournalRecord): void {
    switch (record.k) {
      case 'in':
        // One of the age 0 was taken from hand: its time is this board's own, and proves nothing.
        if (record.m.ageMs !== 0) this.#newestSentMs = Math.max(this.#newestSentMs, record.m.sentAtMs)
        // A record that stands in the file twice changes nothing, least of all what is known to have been started.
        if (!this.knows(keyOf(record.m)))
          this.#pending.set(keyOf(record.m), { message: record.m, calls: [], restarts: 0 })
        break
      case 'call':
        this.#change(record.of, (pending) =>
          pending.calls.some((call) => call.id === record.id)
            ? pending
            : { ...pending, calls: [...pending.calls, startedCall(record)] },
        )
        break
      case 'ran':
        for (const [key, pending] of this.#pending) {
          if (pending.calls.every((call) => call.id !== record.id)) continue
          const calls = pending.calls.map((call) => (call.id === record.id ? { ...call, ended: true } : call))
          this.#pending.set(key, { ...pending, calls })
        }
        break
      case 'again':
        this.#change(record.of, (pending) => ({ ...pending, restarts: pending.restarts + 1 }))
        break
      case 'out':
        this.#outbound.set(record.m.id, record.m)
        for (const key of record.done) {
          this.#pending.delete(key)
          this.#remember(key)
        }
        break
      case 'sent':
        this.#outbound.delete(record.id)
        break
      case 'dead':
        this.#outbound.delete(record.m.id)
        this.#deadLetters.set(record.m.id, record.m)
        dropOldest(this.#deadLetters, limits.deadLettersMax)
        break
      case 'seen':
        for (const key of record.of) {
          this.#pending.delete(key)
          this.#remember(key)
        }
        break
    }
  }

  /** The fewest records that give this state again. */
  records(): JournalRecord[] {
    const records: JournalRecord[] = []
    if (this.#seen.size > 0) records.push({ k: 'seen', of: [...this.#seen] })
    const calls = new Map<string, StartedCall & { readonly of: string[] }>()
    for (const [key, pending] of this.#pending) {
      records.push({ k: 'in', m: pending.message })
      for (let count = 0; count < pending.restarts; count++) records.push({ k: 'again', of: [key] })
      for (const call of pending.calls) {
        const known = calls.get(call.id)
        if (known) known.of.push(key)
        else calls.set(call.id, { ...call, of: [key] })
      }
    }
    for (const call of calls.values()) {
      const { ended, ...started } = call
      records.push({ k: 'call', ...started })
      if (ended) records.push({ k: 'ran', id: call.id })
    }
    for (const message of this.#outbound.values()) records.push({ k: 'out', m: message, done: [] })
    for (const letter of this.#deadLetters.values()) records.push({ k: 'dead', m: letter })
    return records
  }

  /** When the newest known message was sent, by its service's clock; 0 when none is known. It is later now. */
  get newestSentMs(): number {
    return this.#newestSentMs
  }

  /** True for a message that was accepted before, answered or not. */
  knows(key: string): boolean {
    return this.#pending.has(key) || this.#seen.has(key)
  }

  pending(): readonly Pending[] {
    return [...this.#pending.values()]
  }

  outbound(): readonly Outbound[] {
    return [...this.#outbound.values()]
  }

  get inboundCount(): number {
    return this.#pending.size
  }

  /** Outbound messages of this channel. */
  outboundCount(channel: string): number {
    let count = 0
    for (const message of this.#outbound.values()) if (message.channel === channel) count++
    return count
  }

  /** Oldest first. */
  deadLetters(): readonly DeadLetter[] {
    return [...this.#deadLetters.values()]
  }

  /** Forgets dead letters that are older than they are kept. By the wall clock, which may be wrong: a younger one stays. */
  forgetOld(nowMs: number): void {
    for (const { id, atMs } of this.#deadLetters.values()) {
      if (nowMs - atMs > limits.deadLetterAgeMaxMs) this.#deadLetters.delete(id)
    }
  }

  #change(keys: readonly string[], change: (pending: Pending) => Pending): void {
    for (const key of keys) {
      const pending = this.#pending.get(key)
      if (pending) this.#pending.set(key, change(pending))
    }
  }

  #remember(key: string): void {
    this.#seen.delete(key)
    this.#seen.add(key)
    dropOldest(this.#seen, limits.journalHandledIdsMax)
  }
}

function dropOldest(kept: Map<string, unknown> | Set<string>, countMax: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= countMax) break
    kept.delete(oldest)
  }
}

function startedCall({ id, what, foreign }: JournalRecord & { readonly k: 'call' }): StartedCall {
  return { id, what, ...(foreign === undefined ? {} : { foreign }), ended: false }
}
