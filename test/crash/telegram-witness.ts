import { join } from 'node:path'
import type { Inbound } from '../../src/bus/message.ts'
import { createSystemClock } from '../../src/clock.ts'
import { FakeBotApi } from '../support/fake-bot-api.ts'
import { FakeOpenai } from '../support/fake-openai.ts'
import type { Program } from '../support/whole-program.ts'
import { journalFaults, keysOfCalls, ledgerOf, sessionFaults } from '../support/witnessed-files.ts'
import { furnish, lines, startDaemon, type Daemon } from './telegram-daemon.ts'
import { judgeAnswers } from './telegram-answers.ts'
import type { Heard, Known, Life, Said } from './telegram-life.ts'
import { replyTo, tokensIn } from './telegram-script.ts'

const owners = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const

/** What tells the witness of the daemon, and what kills it. */
export const watchingModules = ['test/support/kill-at.ts', 'test/support/count-changes.ts'] as const

/** One that shows nothing for so long hangs: its messages are lost to the person, who waits. */
const silenceMaxMs = 120_000

/**
 * Telegram and the provider live here, and outlive every kill of the daemon between them: they know what was handed
 * out, what was taken and what was changed, and judge it.
 */
export class TelegramWitness {
  readonly faults: string[] = []
  /** Names of the operations at which the daemon was killed. */
  readonly killedAt: string[] = []
  kills = 0
  repeats = 0
  notices = 0
  sets = 0
  /** Operations on the disk in the latest life. */
  operations: string[] = []
  readonly #home: string
  readonly #program: Program
  readonly #bot: FakeBotApi
  readonly #provider: FakeOpenai
  readonly #known = new Map<string, Known>()
  readonly #appended = new Map<string, number>()
  readonly #drivenHigh = new Map<string, number>()
  /** Keys of messages whose turn had journalled a changing call, with the life in which that was seen. */
  readonly #startedCalls = new Map<string, number>()
  /** Replies that Telegram took, with the latest life in which it did. */
  readonly #taken = new Map<string, number>()
  /** Messages of the bot that were looked at, by chat. */
  readonly #looked = new Map<number, number>()
  /** Replies that were taken in a life that was killed before it can have noted that. */
  #inFlight = new Set<string>()
  #life = 0
  #saidCount = 0
  #onEvent: () => void = () => undefined
  #onProgress: () => void = () => undefined
  #onAsked: () => void = () => undefined

  private constructor(program: Program, folder: string, bot: FakeBotApi, provider: FakeOpenai) {
    this.#home = join(folder, `telegram-home${bot.port}`)
    this.#program = program
    this.#bot = bot
    this.#provider = provider
    provider.otherwise = (body) => {
      this.#judgeRun(tokensIn(body))
      this.#onAsked()
      this.#onProgress()
      this.#onEvent()
      return replyTo(body)
    }
    furnish(this.#home, bot, provider, owners)
  }

  /** `program` is of the `watchingModules`, and its home is made in `folder`. */
  static async start(program: Program, folder: string): Promise<TelegramWitness> {
    const bot = new FakeBotApi({ clock: createSystemClock(), hasFloodControl: false })
    await bot.start()
    return new TelegramWitness(program, folder, bot, await FakeOpenai.start())
  }

  get messages(): number {
    return this.#known.size
  }

  get changes(): number {
    return this.#appended.size + this.#drivenHigh.size
  }

  /** Starts the daemon and kills it at the latest when everything is answered. Not any more once there is a fault. */
  async live(life: Life): Promise<void> {
    if (this.faults.length > 0) return
    const daemon = this.#begin(life)
    const killed = await this.#serve(daemon, life, () => daemon.child.kill('SIGKILL'))
    this.kills++
    if (life.killAt !== undefined && killed.byItself) this.killedAt.push(this.operations.at(-1) ?? '')
    this.#judgeTaken({ cut: life.cutPower === true && killed.byItself })
  }

  /** Lets the daemon serve `life` undisturbed and ends it as systemd does; then everything must be answered and whole. */
  async finish(life: Life = {}): Promise<readonly string[]> {
    if (this.faults.length > 0) return this.faults
    const daemon = this.#begin(life)
    await this.#serve(daemon, life, () => daemon.child.kill('SIGTERM'))
    const { code, said } = await daemon.ended
    if (code !== 0) this.faults.push(`it ended with ${code}: ${said}`)
    this.#judgeTaken({ cut: false })
    for (const known of this.#known.values()) this.#judgeAnswer(known)
    const messages = [...this.#known.values()].map((each) => each.inbound)
    this.faults.push(...sessionFaults(this.#home, messages), ...journalFaults(this.#home))
    this.faults.push(...this.#provider.refusals().map((each) => `the provider refused: ${each}`))
    const refused = this.#bot.calls.filter(({ status = 200 }) => status >= 400 && status !== 409)
    this.faults.push(...refused.map((call) => `Telegram refused ${call.method}: ${call.description}`))
    return this.faults
  }

  async close(): Promise<void> {
    await this.#provider.close()
    await this.#bot.stop()
  }

  #begin({ first = [], killAt, cutPower }: Life): Daemon {
    this.#life++
    this.operations = []
    // What Telegram has seen confirmed comes once more, as after a loss on its side.
    this.#bot.repeatUpdates(this.#life % 4)
    const waiting = new Set(this.#unanswered().map((each) => each.inbound.chat))
    for (const said of first) if (!waiting.has(String(said[0]))) this.#say(said)
    return startDaemon({
      home: this.#home,
      program: this.#program,
      environment: {
        KILL_TELL: '1',
        ...(cutPower === true ? { KILL_POWER: '1' } : {}),
        ...(killAt === undefined ? {} : { KILL_AT: String(killAt.operation), KILL_HOW: killAt.how }),
        ...(killAt?.only === undefined ? {} : { KILL_ONLY: killAt.only }),
      },
      hear: (line) => this.#hear(JSON.parse(line) as Heard),
    })
  }

  /** `end` is called once when everything is answered, or as soon as the life has shown so many events. */
  async #serve(daemon: Daemon, life: Life, end: () => void): Promise<{ readonly byItself: boolean }> {
    let isOver = false
    let events = 0
    const over = (): void => {
      if (isOver) return
      isOver = true
      end()
    }
    const onSilence = (): void => {
      const open = this.#unanswered().map((each) => each.token)
      this.faults.push(`life ${this.#life}: it hangs; not answered: ${open.join(', ')}`)
      isOver = true
      daemon.child.kill('SIGKILL')
    }
    let silence = setTimeout(onSilence, silenceMaxMs)
    const later = [...(life.later ?? [])]
    this.#onAsked = () => {
      for (const said of later.splice(0)) this.#say(said)
    }
    this.#onProgress = () => {
      clearTimeout(silence)
      silence = setTimeout(onSilence, silenceMaxMs)
    }
    this.#onEvent = () => {
      if (++events === life.killAfterEvents) over()
    }
    let hasEnded = false
    let sentCount = 0
    // Called whenever a call comes in or is answered.
    const watch = this.#bot.until(() => {
      this.#onEvent()
      // A poll that comes back empty is no progress.
      const count = this.#bot.callsOf('sendMessage').length
      if (count !== sentCount) this.#onProgress()
      sentCount = count
      if (this.#bot.isPolled() && this.#unanswered().length === 0) over()
      return hasEnded
    })
    const { code, signal, said } = await daemon.ended
    hasEnded = true
    clearTimeout(silence)
    this.#onEvent = () => undefined
    this.#onProgress = () => undefined
    // What it sent before its end is still read here.
    for (let round = 0; round < 20; round++) await new Promise(setImmediate)
    this.#onAsked = () => undefined
    for (const key of keysOfCalls(this.#home)) if (!this.#startedCalls.has(key)) this.#startedCalls.set(key, this.#life)
    if (signal !== 'SIGKILL' && code !== 0) this.faults.push(`life ${this.#life}: it ended with ${code}: ${said}`)
    for (const line of said.split('\n')) {
      if (line.startsWith('error') && !line.startsWith('error journal')) this.faults.push(`life ${this.#life}: ${line}`)
    }
    void watch
    return { byItself: !isOver }
  }

  #say([chat, plan]: Said): void {
    const number = ++this.#saidCount
    const isSet = plan === 'set' && this.sets < lines.length
    const token = isSet ? `d${lines[this.sets++]}` : `t${number}`
    const text = isSet ? `/set ${token} on` : `do ${token} ${plan === 'set' ? 'm' : plan}.`
    this.#bot.say({ from: chat, text })
    const inbound: Inbound = {
      // The fake counts its updates from here, and nothing but these makes one.
      id: String(700_000_000 + number),
      channel: 'telegram',
      chat: String(chat),
      person: { id: String(chat), name: '', role: 'owner' },
      text,
      sentAtMs: 0,
    }
    this.#known.set(token, { inbound, token })
  }

  #hear(heard: Heard): void {
    switch (heard.event) {
      case 'operation':
        this.operations.push(heard.name)
        break
      case 'appended': {
        const before = this.#appended.get(heard.text)
        if (before !== undefined) this.faults.push(`${heard.text} was changed in life ${before} and ${this.#life}`)
        this.#appended.set(heard.text, this.#life)
        break
      }
      case 'driven': {
        if (heard.level === 0) break
        const before = this.#drivenHigh.get(heard.line)
        if (before !== undefined) this.faults.push(`${heard.line} was driven in life ${before} and ${this.#life}`)
        this.#drivenHigh.set(heard.line, this.#life)
        break
      }
    }
    this.#onProgress()
    this.#onEvent()
  }

  /** A message is run again only when it has no answer and no changing call of its turn had started in an earlier life. */
  #judgeRun(tokens: readonly string[]): void {
    for (const token of tokens) {
      const known = this.#known.get(token)
      if (known === undefined) continue
      if (this.#answersTo(known).length > 0) this.faults.push(`${token} is run again though it had been answered`)
      const started = this.#startedCalls.get(`telegram/${known.inbound.id}`)
      if (started === undefined || started === this.#life) continue
      this.faults.push(`${token} is run in life ${this.#life} though it had started to change in life ${started}`)
    }
  }

  /** What Telegram took in the life that has just ended. A reply comes again only if it was not noted as sent. */
  #judgeTaken({ cut }: { readonly cut: boolean }): void {
    const unnoted = new Set(
      ledgerOf(this.#home)
        .outbound()
        .map((each) => each.text),
    )
    const inFlight = new Set<string>(this.#inFlight)
    for (const chat of owners) {
      const texts = this.#bot.botTexts(chat).slice(this.#looked.get(chat) ?? 0)
      this.#looked.set(chat, (this.#looked.get(chat) ?? 0) + texts.length)
      for (const text of texts) {
        const before = this.#taken.get(text)
        if (before !== undefined) {
          this.repeats++
          if (!this.#inFlight.has(text)) this.faults.push(`"${text}" was sent in lives ${before} and ${this.#life}`)
        }
        if (before === this.#life) this.faults.push(`"${text}" was sent twice in life ${before}`)
        this.#taken.set(text, this.#life)
        inFlight.delete(text)
      }
      // That a reply was sent is not worth an fsync: without power each one of this life may come again. A kill takes
      // back nothing, and the next reply of a chat is sent only when the one before it was noted.
      const last = texts.at(-1)
      if (cut) for (const text of texts) inFlight.add(text)
      else if (last !== undefined && unnoted.has(last)) inFlight.add(last)
    }
    this.#inFlight = inFlight
  }

  #answersTo({ token, inbound }: Known): readonly string[] {
    const name = new RegExp(`\\b${token}\\b`)
    return [...new Set(this.#bot.botTexts(Number(inbound.chat)).filter((text) => name.test(text)))]
  }

  #judgeAnswer(known: Known): void {
    const { token, inbound } = known
    const isCommand = inbound.text.startsWith('/')
    const { faults, isNotice } = judgeAnswers({
      token,
      text: inbound.text,
      answers: this.#answersTo(known),
      changed: isCommand
        ? [...this.#drivenHigh.keys()].filter((line) => line === `GPIO${token.slice(1)}`)
        : [...this.#appended.keys()].filter((step) => step.startsWith(`${token}-`)),
      hadStartedCalls: this.#startedCalls.has(`telegram/${inbound.id}`),
    })
    this.faults.push(...faults)
    if (isNotice) this.notices++
  }

  #unanswered(): Known[] {
    return [...this.#known.values()].filter((each) => this.#answersTo(each).length === 0)
  }
}
