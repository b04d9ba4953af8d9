import { formatDuration } from '../../duration.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Refusal, Revocation } from '../pairing-port.ts'
import type { Access, PairingAnswer } from './access.ts'
import type { Background } from './background.ts'
import type { PairedPerson } from './paired-people.ts'
import type { Candidate } from './pairing-codes.ts'
import type { Sender } from './sender.ts'

export interface PairingOptions {
  readonly access: Access
  readonly sender: Sender
  readonly background: Background
  readonly log: Log
  /** Aborts when the channel stops. */
  readonly stopping: AbortSignal
}

/** How a stranger becomes an owner: a code said to the stranger in private, and told to the board by who may. */
export class Pairing {
  readonly #options: PairingOptions

  constructor(options: PairingOptions) {
    this.#options = options
  }

  /** Somebody without any right wrote in private: they get one notice, then silence. Waits for nothing. */
  stranger(candidate: Candidate): void {
    const { access, background, log } = this.#options
    const code = access.codeFor(candidate)
    if (code === undefined) return
    log.info('telegram', `A stranger with the id ${candidate.id} wrote, and was told how to be paired.`)
    background.run(() => this.#tellCode(candidate, code))
  }

  /** Makes whoever was told this code an owner. Rejects with `disk`. */
  async confirm(code: string): Promise<PairingAnswer> {
    const { access, sender, background, stopping } = this.#options
    const answer = await access.confirm(code)
    if (answer.status === 'paired') {
      const text = 'You are paired: write to me. /help lists the commands.'
      background.run(() => sender.send(answer.chat, { text }, stopping))
    }
    return answer
  }

  list(): readonly PairedPerson[] {
    return this.#options.access.list()
  }

  pending(): readonly Candidate[] {
    return this.#options.access.pending()
  }

  /** By name or id. Rejects with `disk`; until the next start the right is gone all the same. */
  revoke(name: string): Promise<Revocation | Refusal> {
    return this.#options.access.revoke(name)
  }

  async #tellCode({ id, chat }: Candidate, code: string): Promise<void> {
    const { access, sender, stopping } = this.#options
    const text = `I do not know you, and do nothing for strangers. If this board is yours, run "pincer pair ${code}" on it within ${formatDuration(limits.pairingCodeMs)}, or let one of its owners send me /pair ${code}`
    const told = await sender.send(chat, { text }, stopping)
    if (!told.ok) access.codeNotTold(id)
  }
}
