import type { Clock } from '../../clock.ts'
import type { OpenMessage, OpenMessages } from './open-messages.ts'
import type { Sender } from './sender.ts'
import { isSettled, tryAgain } from './try-again.ts'

export interface LeftoversOptions {
  readonly sender: Sender
  readonly openMessages: OpenMessages
  readonly clock: Clock
  readonly chance: () => number
  /** Aborts when the channel stops. */
  readonly stopping: AbortSignal
}

/** Clears away what a killed process left in chats, however long the network takes to come. */
export async function clearLeftovers(options: LeftoversOptions): Promise<void> {
  for (const message of options.openMessages.left()) await clear(message, options)
}

async function clear({ chat, messageId, says }: OpenMessage, options: LeftoversOptions): Promise<void> {
  const { sender, openMessages, clock, chance, stopping } = options
  const call = () =>
    says === undefined
      ? sender.remove(chat, messageId, stopping)
      : sender.edit(chat, messageId, { text: says }, stopping)
  const cleared = await tryAgain(call, { clock, chance, triesMax: Number.POSITIVE_INFINITY, signal: stopping })
  if (isSettled(cleared)) openMessages.drop({ chat, messageId })
}
