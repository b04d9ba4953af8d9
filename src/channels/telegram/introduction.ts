import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { BotApi, Called } from './api.ts'
import { tryAgain } from './try-again.ts'

/** An entry of the menu beside the text field. */
export interface MenuCommand {
  readonly command: string
  readonly description: string
}

export interface IntroductionOptions {
  readonly api: BotApi
  readonly clock: Clock
  readonly log: Log
  readonly chance: () => number
  readonly menu: readonly MenuCommand[]
}

/** Learns the bot's name and registers the menu, as soon as there is a network, once. */
export class Introduction {
  readonly #options: IntroductionOptions
  #botName: string | undefined

  constructor(options: IntroductionOptions) {
    this.#options = options
  }

  /** Without the @; `undefined` until Telegram has said it. */
  botName(): string | undefined {
    return this.#botName
  }

  /** Ends when both are done, or with the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { api, clock, log, chance, menu } = this.#options
    const triesMax = Number.POSITIVE_INFINITY
    const told = (called: Called<unknown>): void => {
      if (called.ok || called.failure.kind === 'stopped' || signal.aborted) return
      log.warn('telegram', `The bot could not introduce itself, and works all the same: ${called.failure.sentence}`)
    }
    const me = await tryAgain(() => api.call(signal, (raw) => raw.getMe()), { clock, chance, triesMax, signal })
    if (!me.ok) return told(me)
    this.#botName = me.result.username
    log.info('telegram', `The bot is @${me.result.username}: text it at https://t.me/${me.result.username}`)
    const commands = menu.filter(isAllowed).map(({ command, description }) => ({
      command,
      description: description.slice(0, limits.telegramMenuCharsMax),
    }))
    const register = () => api.call(signal, (raw) => raw.setMyCommands({ commands }))
    told(await tryAgain(register, { clock, chance, triesMax, signal }))
  }
}

function isAllowed({ command, description }: MenuCommand): boolean {
  return /^[a-z0-9_]{1,32}$/.test(command) && description !== ''
}
