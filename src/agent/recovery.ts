import type { Bus } from '../bus/bus.ts'
import { keyOf, type Pending } from '../bus/ledger.ts'
import type { Inbound } from '../bus/message.ts'
import type { Clock } from '../clock.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Sessions } from './session.ts'

/**
 * What a start does with messages that an earlier process accepted and did not answer. A turn in which no changing
 * call had started is run again; any other is told, with the first words of its message and what had been started.
 * A turn that had been logged but whose reply was not queued is answered from the log.
 */
export async function recover(options: {
  readonly bus: Bus
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Log
  readonly take: (message: Inbound) => void
}): Promise<void> {
  const { bus, sessions, clock, log, take } = options
  const again: Inbound[] = []
  for (const group of groupsOf(bus.pending())) {
    const messages = group.map((each) => each.message)
    const first = messages[0]
    if (first === undefined) continue
    const { channel, chat } = first
    await sessions.use(channel, chat, async (session) => {
      const logged = session.turns().findLast((turn) => turn.answers.includes(keyOf(first)))
      const answer = logged?.messages.findLast(
        (message) => message.role === 'assistant' && message.toolCalls.length === 0,
      )
      if (answer !== undefined) {
        await bus.send({ channel, chat, text: answer.text, failed: false }, messages, undefined)
        return
      }
      const notice = noticeFor(group)
      if (notice === undefined) {
        again.push(...messages)
        return
      }
      log.warn('agent', `A turn was interrupted and is not repeated: ${notice}`)
      await session.append(
        messages.map(keyOf),
        [
          ...messages.map((message) => ({ role: 'user' as const, text: message.text })),
          { role: 'assistant', text: notice, toolCalls: [] },
        ],
        clock.nowMs(),
      )
      await bus.send({ channel, chat, text: notice, failed: true }, messages, undefined)
    })
  }
  if (again.length === 0) return
  log.info('agent', `${again.length} messages from before the restart are taken up again.`)
  await bus.startAgain(again)
  for (const message of again) take(message)
}

/** Messages of one turn share the calls that it started: they are told together. */
function groupsOf(pending: readonly Pending[]): Pending[][] {
  const groups: Pending[][] = []
  for (const each of pending) {
    const sharing = groups.find((group) => group[0]?.calls.some((call) => each.calls.some((own) => own.id === call.id)))
    if (sharing) sharing.push(each)
    else groups.push([each])
  }
  return groups
}

/** The sentence for a turn that must not run again, or `undefined` when it may. */
function noticeFor(group: readonly Pending[]): string | undefined {
  const calls = [...new Map(group.flatMap((each) => each.calls.map((call) => [call.id, call] as const))).values()]
  const words = group.map((each) => `"${firstWords(each.message.text)}"`).join(' and ')
  if (calls.length === 0) {
    const restarts = Math.max(...group.map((each) => each.restarts))
    if (restarts < limits.restartsMax) return undefined
    return `I was restarted ${restarts} times while working on ${words}, and do not try it again. Nothing was changed.`
  }
  const done = calls.filter((call) => call.ended).map((call) => call.what)
  const open = calls.filter((call) => !call.ended).map((call) => call.what)
  const parts = [`I was interrupted (a restart or a power cut) while working on ${words}.`]
  if (done.length > 0) parts.push(`Already run: ${done.join('; ')}.`)
  if (open.length > 0) parts.push(`Started, and perhaps done: ${open.join('; ')}.`)
  parts.push('I repeat nothing by myself: look at the state, then ask again.')
  return parts.join(' ')
}

function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
