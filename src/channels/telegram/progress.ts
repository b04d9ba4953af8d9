import type { Activity } from '../../bus/message.ts'
import type { Clock, Timer } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { Background } from './background.ts'
import { isGroup, parseChat } from './chat-address.ts'
import type { OpenMessages } from './open-messages.ts'
import { ProgressLines } from './progress-lines.ts'
import type { Sender } from './sender.ts'
import { isSettled, tryAgain } from './try-again.ts'

/** What a chat shows of its running turn. */
interface View {
  readonly chat: string
  readonly lines: ProgressLines
  messageId: number | undefined
  shown: string
  /** The call that sends or edits the message: never two at once, or an old text could end on top. */
  busy: Promise<void> | undefined
  typing: Timer | undefined
  /** The next look at whether the message must change. */
  next: Timer | undefined
  typingFailures: number
  lastSignMs: number
  /** Something was said below the message, or nobody knows what it shows: the reply does not take its place. */
  isPassed: boolean
  isOver: boolean
  /** Telegram did not take it: not tried again in this turn. */
  isRefused: boolean
}

export interface ProgressOptions {
  readonly sender: Sender
  readonly openMessages: OpenMessages
  readonly clock: Clock
  readonly chance: () => number
  readonly background: Background
  /** False: typing alone, no message. */
  readonly messages: boolean
  /** Aborts when the channel stops. */
  readonly stopping: AbortSignal
  /** Aborts a moment later: for what must be cleared away. */
  readonly farewell: AbortSignal
}

/** Shows that a turn runs, and what it does: typing, and after a while one message that its reply takes the place of. */
export class Progress {
  readonly #options: ProgressOptions
  readonly #views = new Map<string, View>()

  constructor(options: ProgressOptions) {
    this.#options = options
  }

  show(activity: Activity): void {
    if (this.#options.stopping.aborted) return
    if (activity.kind === 'turn-started') {
      this.#begin(activity.chat)
      return
    }
    const view = this.#views.get(activity.chat)
    if (view === undefined) return
    view.lastSignMs = this.#options.clock.monotonicMs()
    switch (activity.kind) {
      case 'tool-started':
        view.lines.started(activity.line)
        break
      case 'tool-progress':
        view.lines.progressed(activity.line, activity.progress)
        break
      case 'tool-finished':
        view.lines.finished(activity.line, activity.failed)
        break
      case 'turn-ended':
        this.#turnEnded(view)
        return
    }
    // Before the message is there, its timer runs already.
    if (view.messageId !== undefined) this.#lookAfter(view, this.#gapMs(view))
  }

  /** Something else was said in the chat. */
  passed(chat: string): void {
    const view = this.#views.get(chat)
    if (view !== undefined) view.isPassed = true
  }

  /** Ends what the chat shows, and answers the id of the message whose place the reply may take. */
  async claim(chat: string): Promise<number | undefined> {
    const view = this.#views.get(chat)
    if (view === undefined) return undefined
    this.#end(view)
    await view.busy
    if (view.messageId === undefined || !view.isPassed) return view.messageId
    this.#options.background.run(() => this.#remove(view))
    return undefined
  }

  /** Leaves no progress message behind. */
  stop(): void {
    for (const view of this.#views.values()) {
      this.#end(view)
      this.#options.background.run(() => this.#remove(view))
    }
  }

  #begin(chat: string): void {
    const { clock, background, messages } = this.#options
    const before = this.#views.get(chat)
    if (before !== undefined) {
      this.#end(before)
      background.run(() => this.#remove(before))
    }
    const view: View = {
      chat,
      lines: new ProgressLines(),
      messageId: undefined,
      shown: '',
      busy: undefined,
      typing: undefined,
      next: undefined,
      typingFailures: 0,
      lastSignMs: clock.monotonicMs(),
      isPassed: false,
      isOver: false,
      isRefused: false,
    }
    this.#views.set(chat, view)
    // Behind what this turn does at once, which is to ask the model: its request need not wait for ours.
    view.typing = clock.after(0, () => this.#type(view))
    if (messages) this.#lookAfter(view, limits.telegramProgressAfterMs)
  }

  #type(view: View): void {
    const { sender, clock, background, stopping } = this.#options
    const silentMs = clock.monotonicMs() - view.lastSignMs
    if (view.isOver || view.typingFailures >= 2 || silentMs > limits.telegramTypingMaxMs) return
    background.run(async () => {
      const called = await sender.typing(view.chat, stopping)
      view.typingFailures = called.ok ? 0 : view.typingFailures + 1
    })
    view.typing = clock.after(limits.telegramTypingMs, () => this.#type(view))
  }

  #lookAfter(view: View, delayMs: number): void {
    if (view.next !== undefined || view.isOver || view.isRefused) return
    view.next = this.#options.clock.after(delayMs, () => {
      view.next = undefined
      const busy = this.#update(view)
      view.busy = busy
      this.#options.background.run(() => busy)
    })
  }

  #gapMs({ chat }: View): number {
    const address = parseChat(chat)
    const inGroup = address !== undefined && isGroup(address)
    return inGroup ? limits.telegramProgressGroupEditMs : limits.telegramProgressEditMs
  }

  async #update(view: View): Promise<void> {
    const { sender, openMessages, farewell } = this.#options
    const text = view.lines.text()
    if (view.isOver || text === view.shown) return
    // To the end also when the turn ends meanwhile: only then is it known what is there to be replaced.
    const called =
      view.messageId === undefined
        ? await sender.send(view.chat, { text }, farewell, { silent: true })
        : await sender.edit(view.chat, view.messageId, { text }, farewell)
    if (called.ok) {
      view.shown = text
      if (typeof called.result === 'number' && view.messageId === undefined) {
        view.messageId = called.result
        openMessages.put({ chat: view.chat, messageId: called.result })
      }
      // What happened meanwhile is shown one gap later.
      this.#lookAfter(view, this.#gapMs(view))
      return
    }
    const { failure } = called
    if (failure.kind === 'retryable' && failure.afterMs !== undefined) {
      this.#lookAfter(view, Math.max(failure.afterMs, this.#gapMs(view)))
      return
    }
    // It may have arrived all the same, and late: no text is put in its place, and no second message is sent.
    view.isRefused = true
    view.isPassed = true
  }

  #turnEnded(view: View): void {
    view.typing?.cancel()
    view.next?.cancel()
    view.isOver = true
    if (view.busy === undefined) {
      this.#views.delete(view.chat)
      return
    }
    // The reply comes for it at once; a turn that was cut short has none.
    view.next = this.#options.clock.after(limits.telegramProgressLeftMs, () => {
      this.#end(view)
      this.#options.background.run(() => this.#remove(view))
    })
  }

  #end(view: View): void {
    view.isOver = true
    view.typing?.cancel()
    view.next?.cancel()
    if (this.#views.get(view.chat) === view) this.#views.delete(view.chat)
  }

  async #remove(view: View): Promise<void> {
    const { sender, openMessages, clock, chance, stopping, farewell } = this.#options
    await view.busy
    const { chat, messageId } = view
    if (messageId === undefined) return
    const triesMax = limits.telegramClearingTriesMax
    const remove = () => sender.remove(chat, messageId, farewell)
    const removed = await tryAgain(remove, { clock, chance, triesMax, signal: stopping })
    if (isSettled(removed)) openMessages.drop({ chat, messageId })
  }
}
