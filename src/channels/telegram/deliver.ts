import type { Outbound } from '../../bus/message.ts'
import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import { loadPart } from '../../parts.ts'
import type { Delivery } from '../channel.ts'
import type { Called, CallFailure } from './api.ts'
import { BackOff } from './back-off.ts'
import { withGrace } from './grace.ts'
import { toHtml, toPlainText } from './rich-text.ts'
import { keyboardOf } from './command-buttons.ts'
import type { Body, Sender } from './sender.ts'
import { splitPlainText, splitRichText } from './splitting.ts'
import { mayRepeat, retryAfterMs } from './try-again.ts'

/** One message of Telegram that is still to be sent. */
interface Part {
  readonly body: Body
  /** The same words without formatting, for when Telegram does not take it. */
  readonly plain: string | undefined
}

/** What is left of one outbound message. */
interface Draft {
  parts: readonly Part[]
  /** A progress message that the first part takes the place of. */
  standIn: number | undefined
  readonly backOff: BackOff
}

export interface DelivererOptions {
  readonly sender: Sender
  readonly clock: Clock
  readonly chance: () => number
  /** The id of a progress message whose place an answer to these messages may take. */
  readonly claim: (chat: string, answers: readonly string[]) => Promise<number | undefined>
  /** That message is a reply now, or somebody removed it. Called before the reply counts as delivered. */
  readonly settled: (chat: string, messageId: number) => void
  /** Aborts when the channel stops. */
  readonly stopping: AbortSignal
}

/** Brings outbound messages to their chats, each part once: a retry goes on where the one before it ended. */
export class Deliverer {
  readonly #options: DelivererOptions
  readonly #drafts = new Map<string, Draft>()

  constructor(options: DelivererOptions) {
    this.#options = options
  }

  async deliver(message: Outbound, signal: AbortSignal): Promise<Delivery> {
    const { clock, stopping } = this.#options
    const isOver = (): boolean => signal.aborted || stopping.aborted
    if (isOver()) return { status: 'retry', afterMs: limits.telegramRetryMs, reason: 'Pincer is stopping.' }
    const draft = this.#drafts.get(message.id) ?? (await this.#begin(message))
    const grace = withGrace(clock, limits.telegramFarewellMs, [signal, stopping])
    try {
      for (let part = draft.parts[0]; part !== undefined; part = draft.parts[0]) {
        if (isOver()) return { status: 'retry', afterMs: limits.telegramRetryMs, reason: 'Pincer is stopping.' }
        const failure = await this.#put(message.chat, part, draft, grace.signal)
        if (failure !== undefined) return this.#afterFailure(message, draft, failure)
      }
    } finally {
      grace.end()
    }
    this.#drafts.delete(message.id)
    return { status: 'delivered' }
  }

  async #begin(message: Outbound): Promise<Draft> {
    const { chance, claim } = this.#options
    const { renderMarkdown } = await loadPart('markdown')
    const rich = splitRichText(renderMarkdown(message.text), limits.telegramTextUnitsMax)
    const parts = rich.map((part): Part => ({
      body: { text: toHtml(part), parse_mode: 'HTML' },
      plain: toPlainText(part),
    }))
    const draft: Draft = {
      parts: withButtons(
        parts.length > 0 ? parts : [{ body: { text: '(an empty reply)' }, plain: undefined }],
        message,
      ),
      standIn: await claim(message.chat, message.answers),
      backOff: new BackOff({ firstMs: limits.telegramRetryMs, maxMs: limits.telegramRetryMaxMs, chance }),
    }
    this.#drafts.set(message.id, draft)
    return draft
  }

  /** Sends one part, or changes the draft so that the next try is another one; answers what is in the way. */
  async #put(chat: string, part: Part, draft: Draft, signal: AbortSignal): Promise<CallFailure | undefined> {
    const { sender, settled } = this.#options
    const { standIn } = draft
    const called: Called<unknown> =
      standIn === undefined
        ? await sender.send(chat, part.body, signal)
        : await sender.edit(chat, standIn, part.body, signal)
    const isThere = called.ok || /message is not modified/i.test(called.failure.sentence)
    if (isThere) {
      if (standIn !== undefined) settled(chat, standIn)
      draft.parts = draft.parts.slice(1)
      draft.standIn = undefined
      draft.backOff.reset()
      return undefined
    }
    const { failure } = called
    if (failure.kind !== 'permanent') return failure
    if (part.plain !== undefined && /can't parse|entit(?:y|ies)|too long/i.test(failure.sentence)) {
      const pieces = splitPlainText(part.plain, limits.telegramTextUnitsMax)
      const { reply_markup } = part.body
      const bodies = pieces.map((text, index): Body =>
        reply_markup === undefined || index < pieces.length - 1 ? { text } : { text, reply_markup },
      )
      draft.parts = [...bodies.map((body) => ({ body, plain: undefined })), ...draft.parts.slice(1)]
      return undefined
    }
    if (standIn === undefined) return failure
    // The progress message was deleted by somebody, or is too old to be edited.
    settled(chat, standIn)
    draft.standIn = undefined
    return undefined
  }

  #afterFailure(message: Outbound, draft: Draft, failure: CallFailure): Delivery {
    if (failure.kind === 'stopped') {
      return { status: 'retry', afterMs: limits.telegramRetryMs, reason: failure.sentence }
    }
    if (mayRepeat(failure)) {
      return { status: 'retry', afterMs: retryAfterMs(failure, draft.backOff), reason: failure.sentence }
    }
    this.#drafts.delete(message.id)
    return { status: 'undeliverable', reason: failure.sentence }
  }
}

/** Under the last part, where the reading ends. */
function withButtons(parts: readonly Part[], { buttons = [] }: Outbound): readonly Part[] {
  const last = parts.at(-1)
  const reply_markup = keyboardOf(buttons)
  if (last === undefined || reply_markup === undefined) return parts
  return [...parts.slice(0, -1), { ...last, body: { ...last.body, reply_markup } }]
}
