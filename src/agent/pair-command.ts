import type { PairedPerson, PairingPort } from '../channels/pairing-port.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { type Command, failure } from './command.ts'

/** Letting people in from a chat: for owners, like all that changes who may do what. */
export function pairCommand(pairing: PairingPort | undefined): Record<string, Command> {
  return {
    pair: {
      usage: '/pair [CODE|revoke NAME]',
      help: 'who is paired; let somebody in, or out again',
      recorded: changesWhoIsPaired,
      run: async (words) => {
        try {
          return await answerPair(pairing, words)
        } catch (error) {
          if (!isPincerError(error)) throw error
          return failure(sentenceOf(error))
        }
      },
    },
  }
}

/** Every word behind `pair` does but `list`. */
export function changesWhoIsPaired(words: string): boolean {
  return !/^\s*(list\b.*)?$/i.test(words)
}

/**
 * Does what stands behind `pair`, in a chat or on the command line: nothing or `list`, `revoke NAME`, or a code.
 * Answers what to say; rejects with `usage` or `disk`.
 */
export async function answerPair(pairing: PairingPort | undefined, words: string): Promise<string> {
  if (pairing === undefined) {
    throw new PincerError(
      'usage',
      'Nobody can be paired, because no channel that pairs people is served here: set TELEGRAM_BOT_TOKEN and start `pincer run`.',
    )
  }
  const [verb = '', ...rest] = words.trim().split(/\s+/)
  switch (verb.toLowerCase()) {
    case '':
    case 'list':
      return listText(pairing)
    case 'revoke':
      return revoke(pairing, rest.join(' '))
    default:
      return confirm(pairing, words)
  }
}

async function confirm(pairing: PairingPort, code: string): Promise<string> {
  const answer = await pairing.confirm(code)
  if (answer.status === 'refused') throw new PincerError('usage', answer.reason)
  const { id, name } = answer.person
  return `Paired: the person with the id ${id}, called ${JSON.stringify(name)}, may do everything that you may. If that is not who you meant: pair revoke ${id}`
}

async function revoke(pairing: PairingPort, name: string): Promise<string> {
  if (name === '') throw new PincerError('usage', 'Write whom, by name or id: pair revoke NAME.')
  const answer = await pairing.revoke(name).catch((cause: unknown) => {
    if (!isPincerError(cause)) throw cause
    const sentence = `The right is gone, but only until the next start, because that could not be written: ${sentenceOf(cause)} Then revoke again.`
    throw new PincerError(cause.code, sentence, { cause })
  })
  if (answer.status === 'refused') throw new PincerError('usage', answer.reason)
  const { person, keeps } = answer
  if (keeps === undefined) return `Not paired any more, and without any right: ${shown(person)}.`
  return `Not paired any more: ${shown(person)}. But ${keeps}`
}

function listText(pairing: PairingPort): string {
  const [paired, pending] = [pairing.list(), pairing.pending()]
  const lines = [paired.length === 0 ? 'Nobody is paired.' : `Paired: ${paired.map(shown).join(', ')}.`]
  if (pending.length > 0) {
    // Never their codes: only the person has it who shows it to you.
    lines.push(`Waiting with a code: ${pending.map(shown).join(', ')}. Ask them for it, then: pair CODE`)
  }
  return lines.join('\n')
}

function shown({ id, name }: PairedPerson): string {
  return `${JSON.stringify(name)} with the id ${id}`
}
