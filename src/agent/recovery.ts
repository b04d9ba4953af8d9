import { isCommand, type Bus } from '../bus/bus.ts'
import { keyOf, type Pending } from '../bus/ledger.ts'
import type { Inbound, Person } from '../bus/message.ts'
import type { Clock } from '../clock.ts'
import { limits } from '../limits.ts'
import { sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Message } from '../model/model.ts'
import { quoteMessages } from './first-words.ts'
import type { Sessions } from './sessions.ts'
import type { StoredTurn } from './stored-turn.ts'
import { wordsOf } from './words.ts'

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
  readonly roleNow: RoleNow
  readonly take: (message: Inbound) => void
}): Promise<void> {
  const { bus, sessions, log, take } = options
  const pending = await withRolesNow(options)
  const again: Inbound[] = []
  for (const { group, answer } of await withAnswers(groupsOf(pending), sessions, log)) {
    const messages = group.map((each) => each.message)
    const first = messages[0]
    if (first === undefined) continue
    const { channel, chat } = first
    if (answer !== undefined) {
      await bus.send({ channel, chat, ...answer }, messages, undefined)
      continue
    }
    const notice = noticeFor(group)
    if (notice === undefined) {
      again.push(...messages)
      continue
    }
    log.warn('agent', `A turn was interrupted and is not repeated: ${notice}`)
    // A command is no part of the conversation.
    if (!isCommand(first.text)) await remember(messages, noticeFor(group.map(withoutForeignWords)) ?? notice, options)
    await bus.send({ channel, chat, text: notice, failed: true }, messages, undefined)
  }
  if (again.length === 0) return
  log.info('agent', `${again.length} messages from before the restart are taken up again.`)
  await bus.startAgain(again)
  for (const message of again) take(bus.takenUpAgain(message))
}

/** The role of this person at this moment; `undefined` for one who has none any more. */
export type RoleNow = (channel: string, person: Person) => Person['role'] | undefined

/** Rights that were taken away while nothing ran count no more. Who is a stranger by now gets no answer. */
async function withRolesNow(options: {
  readonly bus: Bus
  readonly log: Log
  readonly roleNow: RoleNow
}): Promise<readonly Pending[]> {
  const { bus, log, roleNow } = options
  const known: Pending[] = []
  const strangers: Inbound[] = []
  for (const pending of bus.pending()) {
    const { message } = pending
    const role = roleNow(message.channel, message.person)
    if (role === undefined) strangers.push(message)
    else known.push({ ...pending, message: { ...message, person: { ...message.person, role } } })
  }
  if (strangers.length === 0) return known
  const who = [...new Set(strangers.map(({ channel, person }) => `${channel} ${person.id}`))].join(', ')
  log.warn('agent', `Closed unanswered, as their people may not write any more: ${strangers.length} messages (${who}).`)
  await bus.closeUnanswered(strangers)
  return known
}

/** Tells the model too, by the session log. */
async function remember(
  messages: readonly Inbound[],
  notice: string,
  { sessions, clock, log }: { readonly sessions: Sessions; readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const [first] = messages
  if (first === undefined) return
  const turn: Message[] = [
    ...messages.map((message): Message => ({ role: 'user', ...wordsOf(message) })),
    { role: 'assistant', text: notice, toolCalls: [] },
  ]
  try {
    await sessions.use(first.channel, first.chat, (session) =>
      session.append({ messages: turn, answers: messages.map(keyOf), failed: true }, clock.nowMs()),
    )
  } catch (error) {
    // The person must be told; that the model is told too matters less.
    log.error('agent', `The session log lacks a turn: ${sentenceOf(error)}`)
  }
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

interface Answer {
  readonly text: string
  readonly failed: boolean
}

/** Finds the answers that had been logged. Groups that one logged turn answers become one: it is sent once. */
async function withAnswers(
  groups: readonly Pending[][],
  sessions: Sessions,
  log: Log,
): Promise<{ group: Pending[]; readonly answer: Answer | undefined }[]> {
  const found: { group: Pending[]; readonly answer: Answer | undefined; readonly turn: StoredTurn | undefined }[] = []
  for (const group of groups) {
    const turn = await loggedTurn(group, sessions, log)
    const sameTurn = turn === undefined ? undefined : found.find((each) => each.turn?.answers[0] === turn.answers[0])
    if (sameTurn) sameTurn.group.push(...group)
    else found.push({ group: [...group], answer: answerOf(turn), turn })
  }
  return found
}

async function loggedTurn(group: readonly Pending[], sessions: Sessions, log: Log): Promise<StoredTurn | undefined> {
  const first = group[0]?.message
  if (first === undefined) return undefined
  try {
    return await sessions.use(first.channel, first.chat, (session) => session.loggedTurn(keyOf(first)))
  } catch (error) {
    log.error('agent', `The session log of ${first.channel} ${first.chat} cannot be read: ${sentenceOf(error)}`)
    return undefined
  }
}

function answerOf(turn: StoredTurn | undefined): Answer | undefined {
  const last = turn?.messages.at(-1)
  if (turn === undefined || last?.role !== 'assistant' || last.toolCalls.length > 0) return undefined
  return { text: last.text, failed: turn.failed }
}

/** For the model, which reads it as its own words: nothing from outside is quoted, nor what was written under its eyes. */
function withoutForeignWords({ message, calls, restarts }: Pending): Pending {
  const isForeign = wordsOf(message).foreign !== undefined
  return {
    message: isForeign ? { ...message, text: 'that message' } : message,
    // The name of a tool is ours: only what exists is journalled.
    calls: calls.map((call) =>
      call.foreign === undefined ? call : { ...call, what: call.what.split(' ', 1)[0] ?? '' },
    ),
    restarts,
  }
}

/** The sentence for a turn that must not run again, or `undefined` when it may. */
function noticeFor(group: readonly Pending[]): string | undefined {
  const calls = [...new Map(group.flatMap((each) => each.calls.map((call) => [call.id, call] as const))).values()]
  const words = quoteMessages(group.map((each) => each.message))
  if (calls.length === 0) {
    const restarts = Math.max(...group.map((each) => each.restarts))
    if (restarts < limits.restartsMax) return undefined
    return `I was restarted ${restarts} times while working on ${words}, and do not try it again. Nothing was changed.`
  }
  const done = calls.filter((call) => call.ended).map((call) => call.what)
  const open = calls.filter((call) => !call.ended).map((call) => call.what)
  const parts = [`I was interrupted (a restart or a power cut) while working on ${words}.`]
  if (done.length > 0) parts.push(`Already run: ${listed(done)}.`)
  if (open.length > 0) parts.push(`Started, and perhaps done: ${listed(open)}.`)
  parts.push('I repeat nothing by myself: look at the state, then ask again.')
  return parts.join(' ')
}

/** The latest calls in words: a person on a phone reads no hundred of them. */
function listed(calls: readonly string[]): string {
  const shown = calls.slice(-limits.noticeCallsMax)
  const before = calls.length - shown.length
  return before === 0 ? shown.join('; ') : `${before} calls, then ${shown.join('; ')}`
}
