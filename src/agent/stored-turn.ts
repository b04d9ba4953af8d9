import type { Message } from '../model/model.ts'

/** One turn as it was stored. */
export interface StoredTurn {
  readonly messages: readonly Message[]
  /** Keys of the inbound messages that it answers. */
  readonly answers: readonly string[]
  readonly failed: boolean
}
