import { randomBytes } from 'node:crypto'
import type { Person } from '../../bus/message.ts'
import { sleep, type Clock } from '../../clock.ts'
import { isPincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { formatLocalTime } from '../../local-time.ts'
import type { Answer, Question } from '../channel.ts'
import type { BotApi, Called } from './api.ts'
import type { Background } from './background.ts'
import { isGroup, parseChat } from './chat-address.ts'
import type { Body, Sender } from './sender.ts'
import { tryAgain } from './try-again.ts'
import type { Press } from './update-shape.ts'

/** How a question ended, and what its message says of that. */
interface Ending {
  readonly answer: Answer
  readonly words: string
}

interface OpenQuestion {
  readonly personId: string
  readonly end: (ending: Ending) => void
}

export interface QuestionsOptions {
  readonly api: BotApi
  readonly sender: Sender
  readonly clock: Clock
  readonly chance: () => number
  readonly background: Background
  readonly roleOf: (id: number) => Person['role'] | undefined
  /** Aborts when the channel stops. */
  readonly stopping: AbortSignal
  /** Aborts a moment later: for what must still be closed. */
  readonly farewell: AbortSignal
}

const stoppingAnswer = { unavailable: 'Pincer is stopping' } as const

/** Yes or no by two buttons. A press counts once, from the person who was asked, while the question stands. */
export class Questions {
  readonly #options: QuestionsOptions
  /** By the nonce that their buttons carry: a press from before a restart finds nothing. */
  readonly #open = new Map<string, OpenQuestion>()

  constructor(options: QuestionsOptions) {
    this.#options = options
  }

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const { clock, background, stopping } = this.#options
    const obstacle = this.#obstacle(question)
    if (obstacle !== undefined) return { unavailable: obstacle }
    if (stopping.aborted) return stoppingAnswer
    if (signal.aborted) return 'no'
    const nonce = randomBytes(12).toString('base64url')
    const ended = Promise.withResolvers<Ending>()
    const over = new AbortController()
    this.#open.set(nonce, { personId: question.personId, end: ended.resolve })
    const onAbort = (): void => ended.resolve({ answer: 'no', words: 'Withdrawn: what asked was stopped.' })
    signal.addEventListener('abort', onAbort, { once: true })
    const timer = clock.after(limits.humanAnswerTimeoutMs, () =>
      ended.resolve({ answer: 'no', words: `Not answered by ${formatLocalTime(clock.nowMs())}, so: no.` }),
    )
    const body = questionBody(question, nonce)
    const sending = this.#send(question.chat, body, over.signal)
    background.run(async () => {
      const sent = await sending
      if (sent.ok) return
      const unavailable = `the question could not be brought to Telegram: ${sent.failure.sentence}`
      ended.resolve({ answer: { unavailable }, words: '' })
    })
    const { answer, words } = await ended.promise
    this.#open.delete(nonce)
    timer.cancel()
    signal.removeEventListener('abort', onAbort)
    over.abort()
    background.run(() => this.#close(question.chat, body, words, sending))
    return answer
  }

  /** A button was pressed, perhaps by somebody else, perhaps of a question that is long over. */
  press(press: Press): void {
    this.#options.background.run(() => this.#press(press))
  }

  stop(): void {
    for (const { end } of this.#open.values()) end({ answer: stoppingAnswer, words: 'Withdrawn: Pincer is stopping.' })
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
    const { sender, clock, chance, stopping, farewell } = this.#options
    const sent = await sending
    if (!sent.ok) return
    const { entities = [] } = body
    const closed: Body = { text: `${body.text}\n\n${words}`, entities }
    const triesMax = limits.telegramClearingTriesMax
    const edit = () => sender.edit(chat, sent.result, closed, farewell)
    await tryAgain(edit, { clock, chance, triesMax, signal: stopping })
  }

  async #press({ id, from, data }: Press): Promise<void> {
    const { clock, roleOf } = this.#options
    const [, nonce = '', choice] = /^ask:([\w-]{16}):(yes|no)$/.exec(data ?? '') ?? []
    const open = this.#open.get(nonce)
    if (open === undefined) return this.#answer(id, 'This question is over: nothing was done now.', false)
    if (String(from.id) !== open.personId || roleOf(from.id) !== 'owner') {
      return this.#answer(id, 'This question is not yours to answer.', true)
    }
    const answer = choice === 'yes' ? 'yes' : 'no'
    const name = from.first_name ?? `user ${from.id}`
    open.end({ answer, words: `${answer === 'yes' ? 'Yes' : 'No'}, by ${name}, ${formatLocalTime(clock.nowMs())}.` })
    return this.#answer(id, answer === 'yes' ? 'Yes.' : 'No.', false)
  }

  /** The client shows a spinning button until this arrives. Telegram takes it for some seconds only. */
  async #answer(pressId: string, text: string, isAlert: boolean): Promise<void> {
    const { api, clock, chance, stopping, farewell } = this.#options
    const answer = () =>
      api.call(farewell, (raw) => raw.answerCallbackQuery({ callback_query_id: pressId, text, show_alert: isAlert }))
    await tryAgain(answer, { clock, chance, triesMax: limits.telegramPressTriesMax, signal: stopping })
  }
}

/** The action stands word for word, and apart from ours: no formatting can change how it reads. */
function questionBody({ action, reason }: Question, nonce: string): Body {
  const head = 'May I do this?\n\n'
  return {
    text: `${head}${action}\n\nI ask because ${reason}.`,
    entities: [{ type: 'pre', offset: head.length, length: action.length }],
    reply_markup: {
      inline_keyboard: [
        [
          { text: 'Yes', callback_data: `ask:${nonce}:yes` },
          { text: 'No', callback_data: `ask:${nonce}:no` },
        ],
      ],
    },
  }
}
