import type { Inbound } from '../bus/message.ts'
import { sentenceOf } from '../errors.ts'
import type { ApprovalDesk } from '../guard/approval.ts'
import { type Command, failure } from './command.ts'
import { firstWords, quoteMessages } from './first-words.ts'
import type { StopReport } from './lanes.ts'

export interface TurnCommandParts {
  /** Drives every output safe, named or raw, and latches. */
  readonly makeSafe: (reason: string) => Promise<void>
  readonly stopTurns: (where: { readonly channel: string; readonly chat: string } | 'all') => Promise<StopReport>
  /** Ends what jobs of this chat, or all, are at. Answers how many that were. */
  readonly stopRuns: (where: { readonly channel: string; readonly chat: string } | 'all') => number
  readonly startNew: (channel: string, chat: string) => Promise<void>
  readonly approvals: ApprovalDesk
}

/** Ending what runs, with or without its conversation. */
export function turnCommands(parts: TurnCommandParts): Record<string, Command> {
  const { makeSafe, stopTurns, stopRuns, startNew, approvals } = parts
  return {
    stop: {
      usage: '/stop [all]',
      help: 'end my running work; "all" also makes every output safe until /resume',
      guests: '/stop all',
      recorded: (words) => words !== '',
      run: async (words, message) => {
        const all = /^all\b/i.test(words)
        if (words !== '' && !all) return failure(`Write it as /stop or /stop all, not "/stop ${firstWords(words)}".`)
        const { person } = message
        if (person.role === 'guest' && !all) return failure('/stop alone is for owners only; you may give /stop all.')
        // This stands in what the model is sent: a guest does not choose words for it by a name.
        const who = person.role === 'owner' ? firstWords(person.name) : `the guest with the id ${person.id}`
        // Outputs first: ending the turns may take a moment.
        const safe = all ? makeSafe(`/stop all by ${who}`).then(() => undefined, sentenceOf) : undefined
        const where = all ? 'all' : message
        const runs = stopRuns(where)
        const report = await stopTurns(where)
        // Commands may ask too, and have no turn that could be stopped.
        const withdrawnCount = await approvals.withdraw(where)
        const unsafe = await safe
        const [here, elsewhere] = byChat(report.dropped, message)
        const said = all ? [unsafe ?? 'All outputs are in their safe state and stay there until /resume.'] : []
        said.push(...stoppedParts(report.stoppedTurns + runs, here))
        if (said.length === 0)
          said.push(withdrawnCount === 0 ? 'Nothing was running.' : 'Withdrew what waited for a yes.')
        const notices = elsewhere.map((answers) => ({
          text: `Everything was stopped by /stop all. Not answered any more: ${quoteMessages(answers)}.`,
          answers,
        }))
        return { text: said.join(' '), answers: here, failed: unsafe !== undefined, notices }
      },
    },
    new: {
      usage: '/new',
      help: 'start a new conversation; I keep files and devices, not what was said',
      run: async (_words, message) => {
        // The turn belongs to the old conversation, and would stand in the new one when it ends; its questions end with
        // it. Jobs and commands are no part of a conversation: neither they nor what they ask end here.
        const { stoppedTurns, dropped } = await stopTurns(message)
        await startNew(message.channel, message.chat)
        const said = [
          ...stoppedParts(stoppedTurns, dropped),
          'A new conversation: I no longer see what was said before.',
        ]
        return { text: said.join(' '), answers: dropped }
      },
    },
  }
}

function stoppedParts(stoppedTurns: number, dropped: readonly Inbound[]): string[] {
  const parts = []
  if (stoppedTurns > 0) parts.push(stoppedTurns === 1 ? 'Stopped what I was doing.' : `Stopped ${stoppedTurns} turns.`)
  if (dropped.length > 0) parts.push(`Not answered any more: ${quoteMessages(dropped)}.`)
  return parts
}

/** The messages of this chat, and those of each other: nobody is shown what was said elsewhere. */
function byChat(messages: readonly Inbound[], here: Inbound): [Inbound[], [Inbound, ...Inbound[]][]] {
  const own: Inbound[] = []
  const others: [Inbound, ...Inbound[]][] = []
  for (const message of messages) {
    const isWith = (other: Inbound): boolean => other.channel === message.channel && other.chat === message.chat
    const group = others.find(([first]) => isWith(first))
    if (isWith(here)) own.push(message)
    else if (group) group.push(message)
    else others.push([message])
  }
  return [own, others]
}
