import { randomBytes } from 'node:crypto'
import type { Person } from '../../bus/message.ts'
import type { Answer, Asking, Question } from '../../bus/question.ts'
import { sleep, type Clock } from '../../clock.ts'
import { isPincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { formatLocalTime } from '../../local-time.ts'
import type { BotApi, Called } from './api.ts'
import type { Background } from './background.ts'
import { isGroup, parseChat } from './chat-address.ts'
import type { OpenMessages } from './open-messages.ts'
import type { Body, Sender } from './sender.ts'
import { isSettled, tryAgain } from './try-again.ts'
import type { Press } from './update-shape.ts'

interface OpenQuestion {
  readonly question: Question
  readonly asking: Asking
}

export interface QuestionsOptions {
  readonly api: BotApi
  readonly sender: Sender
  readonly openMessages: OpenMessages
  readonly clock: Clock
  readonly chance: () => number
  readonly background: Background
  readonly roleOf: (id: number) => Person['role'] | undefined
  /** Aborts when the channel stops. */
  readonly stopping: AbortSignal
  /** Aborts a moment later: for what must still be closed. */
  readonly farewell: AbortSignal
}

/** Answers by buttons. A press counts once, from the person who was asked, while the question stands. */
export class Questions {
  readonly #options: QuestionsOptions
  /** By the nonce that their buttons carry: a press from before a restart finds nothing. */
  readonly #open = new Map<string, OpenQuestion>()

  constructor(options: QuestionsOptions) {
    this.#options = options
  }

  ask(question: Question, asking: Asking): void {
    const { background, openMessages, stopping } = this.#options
    const obstacle = stopping.aborted ? 'Pincer is stopping' : this.#obstacle(question)
    if (obstacle !== undefined) {
      asking.unavailable(obstacle)
      return
    }
    const nonce = randomBytes(12).toString('base64url')
    const over = new AbortController()
    this.#open.set(nonce, { question, asking })
    const body = questionBody(question, nonce)
    const sending = this.#send(question.chat, body, over.signal)
    background.run(async () => {
      const sent = await sending
      if (sent.ok) openMessages.put({ chat: question.chat, messageId: sent.result, says: withdrawn })
      else asking.unavailable(`the question could not be brought to Telegram: ${sent.failure.sentence}`)
    })
    background.run(async () => {
      const words = await asking.ended
      this.#open.delete(nonce)
      over.abort()
      await this.#close(question.chat, body, words, sending)
    })
  }

  /** A button was pressed, perhaps by somebody else, perhaps of a question that is long over. */
  press(press: Press): void {
    this.#options.background.run(() => this.#press(press))
  }

  /** A button that asks nothing was pressed, and what it says is on its way. */
  pressed({ id }: Press): void {
    this.#options.background.run(() => this.#answer(id, '', false))
  }

  stop(): void {
    for (const { asking } of this.#open.values()) asking.unavailable('Pincer is stopping')
  }

  /** Why this person cannot be asked here. */
  #obstacle({ chat, personId }: Question): string | undefined {
    if (this.#options.roleOf(Number(personId)) !== 'owner') return 'only an owner can allow it'
    const address = parseChat(chat)
    if (address === undefined) return `there is no chat "${chat}" to ask in`
    if (!isGroup(address) && String(address.chatId) !== personId) return 'this is the private chat of somebody else'
    return undefined
  }

  /** A network that is gone is an answer; only "too many requests" is waited for. */
  async #send(chat: string, body: Body, over: AbortSignal): Promise<Called<number>> {
    const { sender, clock, farewell } = this.#options
    for (;;) {
      const sent = await sender.send(chat, body, farewell)
      if (sent.ok || sent.failure.kind !== 'retryable' || sent.failure.afterMs === undefined) return sent
      try {
        await sleep(clock, sent.failure.afterMs, over)
      } catch (error) {
        if (isPincerError(error)) return sent
        throw error
      }
    }
  }

  /** The message says how it ended, and has no buttons any more. */
  async #close(chat: string, body: Body, words: string, sending: Promise<Called<number>>): Promise<void> {
    const { sender, openMessages, clock, chance, stopping, farewell } = this.#options
    const sent = await sending
    if (!sent.ok) return
    const messageId = sent.result
    // What was answered with yes must not be called withdrawn, should the process be killed now.
    openMessages.put({ chat, messageId, says: words })
    const { entities = [] } = body
    const closed: Body = { text: `${body.text}\n\n${words}`, entities }
    const triesMax = limits.telegramClearingTriesMax
    const edit = () => sender.edit(chat, messageId, closed, farewell)
    const edited = await tryAgain(edit, { clock, chance, triesMax, signal: stopping })
    if (isSettled(edited)) openMessages.drop({ chat, messageId })
  }

  async #press({ id, from, data }: Press): Promise<void> {
    const { roleOf } = this.#options
    const [, nonce = '', choice] = /^ask:([\w-]{16}):(yes|always|no)$/.exec(data ?? '') ?? []
    const open = this.#open.get(nonce)
    if (open !== undefined && (String(from.id) !== open.question.personId || roleOf(from.id) !== 'owner')) {
      return this.#answer(id, 'This question is not yours to answer.', true)
    }
    const answer = choice === 'yes' || choice === 'always' ? choice : 'no'
    // A machine that slept has a question open whose time is over, and a press may have waited for it to wake.
    const isOver = open === undefined || this.#options.clock.nowMs() > open.question.untilMs
    if (isOver || !open.asking.answer(answer)) {
      return this.#answer(id, 'This question is over: nothing was done now.', false)
    }
    return this.#answer(id, said[answer], false)
  }

  /** The client shows a spinning button until this arrives. Telegram takes it for some seconds only. */
  async #answer(pressId: string, text: string, isAlert: boolean): Promise<void> {
    const { api, clock, chance, stopping, farewell } = this.#options
    const answer = () =>
      api.call(farewell, (raw) => raw.answerCallbackQuery({ callback_query_id: pressId, text, show_alert: isAlert }))
    await tryAgain(answer, { clock, chance, triesMax: limits.telegramPressTriesMax, signal: stopping })
  }
}

/** What a question says that a process was asking when it was killed. */
const withdrawn = 'Withdrawn: I was restarted, so no.'

const said: Readonly<Record<Answer, string>> = { yes: 'Yes.', always: 'Always.', no: 'No.' }

/** The action and the call stand word for word, and apart from ours: no formatting can change how they read. */
function questionBody(question: Question, nonce: string): Body {
  const { action, call, reason, personName, untilMs, code, offersAlways } = question
  const head = 'May I do this?\n\n'
  const entities: NonNullable<Body['entities']>[number][] = [
    { type: 'pre', offset: head.length, length: action.length },
  ]
  let text = `${head}${action}`
  if (call !== undefined) {
    text += '\n\nAs it will run:\n\n'
    entities.push({ type: 'pre', offset: text.length, length: call.length })
    text += call
  }
  const until = formatLocalTime(untilMs)
  text += `\n\nI ask because ${reason}. Only ${personName} can answer, until ${until}, by a button or with /approve ${code} or /deny ${code}.`
  const choices: readonly Answer[] = offersAlways ? ['yes', 'always', 'no'] : ['yes', 'no']
  const buttons = choices.map((choice) => ({ text: labels[choice], callback_data: `ask:${nonce}:${choice}` }))
  return { text, entities, reply_markup: { inline_keyboard: [buttons] } }
}

const labels: Readonly<Record<Answer, string>> = { yes: 'Yes', always: 'Always', no: 'No' }
