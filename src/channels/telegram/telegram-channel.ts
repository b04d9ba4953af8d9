import { isCommand } from '../../bus/bus.ts'
import type { Person } from '../../bus/message.ts'
import type { Clock } from '../../clock.ts'
import type { TelegramConfig } from '../../config/config.ts'
import { sentenceOf } from '../../errors.ts'
import type { HttpClient } from '../../http/http-client.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Channel, Intake } from '../channel.ts'
import type { PairingPort } from '../pairing-port.ts'
import type { Recipient } from '../recipients.ts'
import { Access } from './access.ts'
import { BotApi } from './api.ts'
import { Background } from './background.ts'
import { formatChat, isGroup, parseChat } from './chat-address.ts'
import { commandOf } from './command-buttons.ts'
import { Deliverer } from './deliver.ts'
import { TelegramIntake } from './intake.ts'
import { Introduction, type MenuCommand } from './introduction.ts'
import { clearLeftovers } from './leftovers.ts'
import { OpenMessages } from './open-messages.ts'
import { Pairing } from './pairing.ts'
import { PollLoop, type Handled } from './poll-loop.ts'
import { Progress } from './progress.ts'
import { Questions } from './questions.ts'
import { RecentIds } from './recent-ids.ts'
import { Sender } from './sender.ts'
import type { Trouble } from './troubles.ts'
import { mayRepeat, tryAgain } from './try-again.ts'
import { type Press, readUpdate, updateIdOf } from './update-shape.ts'

export interface TelegramOptions {
  readonly config: TelegramConfig
  readonly http: HttpClient
  readonly clock: Clock
  readonly log: Log
  /** Where the list of paired people is kept. */
  readonly stateFolder: string
  /** 0 to 1, for waits that must not fall together. */
  readonly chance: () => number
  readonly menu: readonly MenuCommand[]
  readonly tellOwner: (kind: string, sentence: string) => void
}

export interface TelegramStatus {
  /** Without the @; `undefined` until Telegram has said it. */
  readonly botName: string | undefined
  /** Since the last answer to a poll; `undefined` before the first. */
  readonly lastAnswerAgeMs: number | undefined
  readonly trouble: Trouble | undefined
}

export type TelegramChannel = Channel & {
  status(): TelegramStatus
  readonly pairing: PairingPort
  /** Before `start`, where it must be known who may do what. Rejects with `disk`. */
  readPeople(): Promise<void>
  /** The role of somebody who wrote here earlier; `undefined` for a person without any right now. */
  roleNow(person: Person): Person['role'] | undefined
  /** Whether others than one person read along in this chat. */
  isGroup(chat: string): boolean
  /** The owners, who can be written to in private once they have written. */
  recipients(): readonly Recipient[]
}

/** Telegram as a channel: a chat is named by its id, a topic of a forum by `id:topic`. Serves whenever there is a network. */
export function createTelegramChannel(options: TelegramOptions): TelegramChannel {
  return new Telegram(options)
}

class Telegram implements Channel {
  readonly name = 'telegram'
  readonly pairing: Pairing
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopping = new AbortController()
  /** Aborts a moment after the stop, and with it all that is still on its way. */
  readonly #farewell = new AbortController()
  readonly #background: Background
  readonly #access: Access
  readonly #sender: Sender
  readonly #introduction: Introduction
  readonly #openMessages: OpenMessages
  readonly #progress: Progress
  readonly #questions: Questions
  readonly #deliverer: Deliverer
  readonly #intake: TelegramIntake
  readonly #loop: PollLoop
  readonly #clearLeftovers: () => Promise<void>
  /** Messages that were commands: their answers are not the answer of the turn that runs beside them. */
  readonly #commandIds = new RecentIds(limits.busMessagesMax + limits.busCommandsExtraMax)
  #accept: Intake['accept'] | undefined
  #stopped: Promise<void> | undefined

  constructor(options: TelegramOptions) {
    const { config, http, clock, log, chance } = options
    this.#clock = clock
    this.#log = log
    this.#background = new Background(log)
    this.#access = new Access({ ...options, allow: config.allow, guests: config.guests })
    const api = new BotApi({ token: config.token, apiRoot: config.apiRoot, http })
    this.#sender = new Sender(api)
    this.#openMessages = new OpenMessages(options)
    const common = {
      api,
      clock,
      log,
      chance,
      sender: this.#sender,
      openMessages: this.#openMessages,
      background: this.#background,
      access: this.#access,
      stopping: this.#stopping.signal,
      farewell: this.#farewell.signal,
    }
    const roleOf = (id: number) => this.#access.roleOf(id)
    this.#introduction = new Introduction({ ...common, menu: options.menu })
    this.pairing = new Pairing(common)
    this.#progress = new Progress({ ...common, messages: config.progress })
    this.#questions = new Questions({ ...common, roleOf })
    this.#clearLeftovers = () => clearLeftovers(common)
    this.#deliverer = new Deliverer({
      ...common,
      claim: (chat, answers) => this.#claim(chat, answers),
      settled: (chat, messageId) => this.#openMessages.drop({ chat, messageId }),
    })
    this.#intake = new TelegramIntake({
      channel: this.name,
      clock,
      log,
      bot: () => ({ id: api.botId, name: this.#introduction.botName() }),
      roleOf,
      accept: (message) => this.#take(message),
      tell: (chat, text) => this.#tell(chat, text, options.chance),
      refuse: (chat, text) => this.#refuse(chat, text),
      stranger: (candidate) => this.pairing.stranger(candidate),
      groupMoved: ({ from, to, known }) => {
        this.#sender.moved(from, to)
        if (!known) return
        const text =
          'This group has a new id at Telegram (it became a supergroup), so I begin a new conversation here: I no longer see what was said before, and a model that was chosen with /model is to be chosen again.'
        this.#tell(formatChat({ chatId: to, topicId: undefined }), text, options.chance)
      },
    })
    this.#loop = new PollLoop({
      ...common,
      http,
      tellOwner: options.tellOwner,
      handle: (update, ageMaxMs) => this.#handle(update, ageMaxMs),
    })
  }

  readPeople(): Promise<void> {
    return this.#access.load()
  }

  async start(intake: Intake): Promise<void> {
    await this.readPeople()
    if (this.#stopping.signal.aborted) return
    this.#accept = (message) => intake.accept(message)
    this.#background.run(() => this.#clearLeftovers())
    // First, so that its connection is opened first: who waits for an answer waits for the polls.
    this.#loop.start()
    this.#background.run(() => this.#introduction.run(this.#stopping.signal))
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  deliver: Channel['deliver'] = (message, signal) => {
    const delivery = this.#deliverer.deliver(message, signal)
    this.#background.run(() => delivery)
    return delivery
  }

  ask: Channel['ask'] = (question, asking) => {
    this.#progress.passed(question.chat)
    this.#questions.ask(question, asking)
  }

  show: Channel['show'] = (activity) => this.#progress.show(activity)

  status(): TelegramStatus {
    return { botName: this.#introduction.botName(), ...this.#loop.status() }
  }

  roleNow(person: Person): Person['role'] | undefined {
    return this.#access.roleNow(person)
  }

  isGroup(chat: string): boolean {
    const address = parseChat(chat)
    return address !== undefined && isGroup(address)
  }

  recipients(): readonly Recipient[] {
    return this.#access.owners().map(({ id, name }) => ({
      id: String(id),
      name,
      channel: this.name,
      chat: formatChat({ chatId: id, topicId: undefined }),
    }))
  }

  async #end(): Promise<void> {
    this.#stopping.abort()
    const last = this.#clock.after(limits.telegramFarewellMs, () => this.#farewell.abort())
    this.#questions.stop()
    this.#progress.stop()
    await this.#loop.stop()
    await this.#background.settled()
    last.cancel()
  }

  async #handle(update: unknown, ageMaxMs: number): Promise<Handled> {
    try {
      const read = readUpdate(update)
      const id = updateIdOf(update)
      switch (read.kind) {
        case 'press':
          return await this.#handlePress(read.press, id, ageMaxMs)
        case 'message':
          // Without an id nobody could tell that it came twice.
          return id === undefined ? 'done' : await this.#intake.take(read.message, id, read.isEdit)
        case 'unreadable':
          this.#log.debug('telegram', 'An update of a kind that is not known here was passed over.')
          return 'done'
      }
    } catch (error) {
      // One update that hits a fault of ours must not keep back all that come after it.
      this.#log.error('telegram', `An update was passed over after a fault: ${sentenceOf(error)}`)
      return 'done'
    }
  }

  async #handlePress(press: Press, updateId: number | undefined, ageMaxMs: number): Promise<Handled> {
    const command = commandOf(press)
    if (command === undefined || updateId === undefined) {
      this.#questions.press(press)
      return 'done'
    }
    const handled = await this.#intake.press(press, command, { updateId, ageMaxMs })
    if (handled === 'done') this.#questions.pressed(press)
    return handled
  }

  #take: Intake['accept'] = (message) => {
    if (this.#accept === undefined)
      return Promise.reject(new Error('The channel takes messages before it was started.'))
    if (isCommand(message.text)) this.#commandIds.add(message.id)
    this.#progress.passed(message.chat)
    return this.#accept(message)
  }

  #tell(chat: string, text: string, chance: () => number): void {
    const clock = this.#clock
    const { signal } = this.#stopping
    const say = () => this.#sender.send(chat, { text }, signal)
    this.#background.run(() => tryAgain(say, { clock, chance, triesMax: limits.telegramNoticeTriesMax, signal }))
  }

  /** The person must hear that it was not taken before Telegram may forget it; who can hear nothing is done with. */
  async #refuse(chat: string, text: string): Promise<Handled> {
    const told = await this.#sender.send(chat, { text }, this.#stopping.signal)
    if (told.ok) return 'refused'
    if (!mayRepeat(told.failure) && told.failure.kind !== 'stopped') return 'done'
    return { again: `An answer could not be brought to Telegram: ${told.failure.sentence}` }
  }

  #claim(chat: string, answers: readonly string[]): Promise<number | undefined> {
    if (!answers.every((id) => this.#commandIds.has(id))) return this.#progress.claim(chat)
    this.#progress.passed(chat)
    return Promise.resolve(undefined)
  }
}
