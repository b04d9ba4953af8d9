import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import { readShortCode, shortCode } from '../../short-code.ts'

export interface Candidate {
  readonly id: number
  readonly name: string
  readonly chat: string
}

interface Pending {
  readonly candidate: Candidate
  readonly code: string
  readonly endMs: number
}

/** Codes that were given to strangers. In memory alone: a restart ends them, and the next message gets a new one. */
export class PairingCodes {
  readonly #clock: Clock
  #pending: readonly Pending[] = []
  /** Monotonic ms of the last notice to each sender. */
  readonly #noticedMs = new Map<number, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A code to tell the stranger; `undefined`: say nothing. */
  give(candidate: Candidate): string | undefined {
    this.#forgetOld()
    const nowMs = this.#clock.monotonicMs()
    // At most one notice an hour; a code lives shorter than that, so whoever has one was noticed.
    if (this.#noticedMs.has(candidate.id)) return undefined
    if (this.#pending.length >= limits.pairingPendingMax) return undefined
    if (this.#noticedMs.size >= limits.pairingSendersMax) return undefined
    const code = shortCode(limits.pairingCodeChars)
    this.#pending = [...this.#pending, { candidate, code, endMs: nowMs + limits.pairingCodeMs }]
    this.#noticedMs.set(candidate.id, nowMs)
    return code
  }

  /** The notice did not arrive: the next message gets another. */
  takeBack(id: number): void {
    this.#pending = this.#pending.filter(({ candidate }) => candidate.id !== id)
    this.#noticedMs.delete(id)
  }

  /** Who was told a code that still holds. */
  pending(): readonly Candidate[] {
    this.#forgetOld()
    return this.#pending.map(({ candidate }) => candidate)
  }

  /** Who has this code; `undefined` when nobody has it any more. */
  find(typed: string): Candidate | undefined {
    this.#forgetOld()
    const wanted = Buffer.alloc(limits.pairingCodeChars)
    const code = readShortCode(typed)
    wanted.write(code, 'latin1')
    let found: Candidate | undefined
    // Every code is compared to the end, so that the time of an answer tells nothing about any of them.
    for (const { candidate, code } of this.#pending) {
      if (timingSafeEqual(Buffer.from(code, 'latin1'), wanted)) found = candidate
    }
    return code.length === limits.pairingCodeChars ? found : undefined
  }

  /** The code is used up. */
  use(id: number): void {
    this.#pending = this.#pending.filter(({ candidate }) => candidate.id !== id)
  }

  #forgetOld(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#pending = this.#pending.filter(({ endMs }) => endMs > nowMs)
    for (const [id, atMs] of this.#noticedMs) {
      if (nowMs - atMs >= limits.pairingNoticeMs) this.#noticedMs.delete(id)
    }
  }
}
