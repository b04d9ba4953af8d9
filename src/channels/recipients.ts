import type { Bus } from '../bus/bus.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { nearest } from '../nearest.ts'

/** A person whom Pincer can write to first, and where. */
export interface Recipient {
  readonly id: string
  readonly name: string
  readonly channel: string
  readonly chat: string
}

/**
 * Queues a message to a person, which is then brought there as durably as a reply. `to` is a name or an id; without it
 * the first of the recipients is meant. Answers what to say to whoever sent it; rejects with `usage`.
 */
export async function sendToPerson(
  parts: { readonly bus: Pick<Bus, 'send' | 'hasRoom'>; readonly recipients: readonly Recipient[] },
  text: string,
  to: string | undefined,
): Promise<string> {
  const { bus, recipients } = parts
  if (text.trim() === '') throw new PincerError('usage', 'The message is empty: write what to send.')
  if (text.length > limits.inboundTextCharsMax) {
    throw new PincerError('usage', `The message is longer than ${limits.inboundTextCharsMax} characters: shorten it.`)
  }
  const { id, name, channel, chat } = recipientOf(recipients, to)
  // Whoever runs a command waits for no network.
  if (!bus.hasRoom(channel)) {
    const sentence = `${limits.busMessagesMax} messages wait for ${channel} already, so this one was not taken: try again later.`
    throw new PincerError('usage', sentence)
  }
  await bus.send({ channel, chat, text, failed: false }, [], new AbortController().signal)
  return `Queued for ${shown({ id, name })} on ${channel}.`
}

/** @throws PincerError `usage` when nobody or more than one is meant. */
function recipientOf(recipients: readonly Recipient[], to: string | undefined): Recipient {
  const [first] = recipients
  if (first === undefined) {
    throw new PincerError(
      'usage',
      'There is nobody to send to: let a person in with `pincer pair CODE`, or put an id into allow of a channel in pincer.yaml.',
    )
  }
  if (to === undefined) return first
  const wanted = to.trim().toLowerCase()
  const byId = recipients.filter(({ id }) => id.toLowerCase() === wanted)
  const found = byId.length > 0 ? byId : recipients.filter(({ name }) => name.toLowerCase() === wanted)
  const [recipient, ...others] = found
  if (recipient === undefined) {
    const close = nearest(
      wanted,
      recipients.map(({ name }) => name),
    )
    const hint =
      close === undefined
        ? `I can send to ${recipients.map(shown).join(', ')}.`
        : `Did you mean ${JSON.stringify(close)}?`
    throw new PincerError('usage', `I know nobody called ${JSON.stringify(to.trim())}. ${hint}`)
  }
  if (others.length > 0) {
    const ids = found.map(({ id }) => id).join(', ')
    throw new PincerError(
      'usage',
      `${found.length} people are called ${JSON.stringify(to.trim())}: give the id, one of ${ids}.`,
    )
  }
  return recipient
}

/** A person of whom only the id is known has it as the name. */
function shown({ id, name }: Pick<Recipient, 'id' | 'name'>): string {
  return name === id ? id : `${name} (${id})`
}
