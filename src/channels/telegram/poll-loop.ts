import { sleep, type Clock } from '../../clock.ts'
import { isPincerError } from '../../errors.ts'
import type { HttpClient } from '../../http/http-client.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { BotApi, Called, CallFailure } from './api.ts'
import { BackOff } from './back-off.ts'
import { ConflictWatch } from './conflict-watch.ts'
import { Troubles, type Trouble } from './troubles.ts'
import { updateIdOf } from './update-shape.ts'

/**
 * `refused`: done, and its sender was just told that it was not taken: Telegram must forget it at once. `again`: the
 * update is not done, and Telegram must keep it.
 */
export type Handled = 'done' | 'refused' | { readonly again: string }

export interface PollLoopOptions {
  readonly api: BotApi
  readonly http: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly chance: () => number
  /** Tells the first owner, who can still be written to. */
  readonly tellOwner: (kind: string, sentence: string) => void
  /**
   * Must not reject. `ageMaxMs`: what it tells of did not happen longer ago, since Telegram had nothing more for us then;
   * Infinity where nobody knows.
   */
  readonly handle: (update: unknown, ageMaxMs: number) => Promise<Handled>
}

const pollDeadlines = {
  connectMs: limits.telegramConnectMs,
  // The watchdog is the deadline of a poll.
  firstByteMs: 2 * limits.telegramWatchdogMs,
  gapMs: limits.telegramAnswerMs,
}

/**
 * Asks Telegram for updates, one request at a time, for as long as the program runs. Telegram keeps an update until a
 * poll names a higher id, which this does only for updates that were handled: the queue at Telegram is the journal of
 * what has not arrived here. No answer ends the loop.
 */
export class PollLoop {
  readonly #options: PollLoopOptions
  readonly #stop = new AbortController()
  readonly #troubles: Troubles
  readonly #network: BackOff
  readonly #conflict: BackOff
  readonly #unhandled: BackOff
  readonly #conflicts: ConflictWatch
  #running: Promise<void> = Promise.resolve()
  /** Confirms every update below it; `undefined` once Telegram has heard it: ids may start lower after a quiet week. */
  #offset: number | undefined
  #startedMs = 0
  #lastAnswerMs: number | undefined
  /** When the newest poll was asked whose answer was all that there was, and was handled: what comes now is younger. */
  #caughtUp: { readonly monotonicMs: number; readonly wallMs: number } | undefined

  constructor(options: PollLoopOptions) {
    this.#options = options
    this.#troubles = new Troubles(options)
    const { chance, clock, tellOwner } = options
    this.#conflicts = new ConflictWatch(clock, (sentence) => tellOwner('telegram-conflict', sentence))
    const { telegramRetryMs, telegramConflictRetryMs, telegramRetryMaxMs: maxMs } = limits
    this.#network = new BackOff({ firstMs: telegramRetryMs, maxMs, chance })
    this.#unhandled = new BackOff({ firstMs: telegramRetryMs, maxMs, chance })
    this.#conflict = new BackOff({ firstMs: telegramConflictRetryMs, maxMs, chance })
  }

  start(): void {
    this.#startedMs = this.#options.clock.monotonicMs()
    this.#running = this.#run()
  }

  /** Ends the poll at once. What was not handled stays at Telegram. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  status(): { readonly lastAnswerAgeMs: number | undefined; readonly trouble: Trouble | undefined } {
    const nowMs = this.#options.clock.monotonicMs()
    return {
      lastAnswerAgeMs: this.#lastAnswerMs === undefined ? undefined : nowMs - this.#lastAnswerMs,
      trouble: this.#troubles.last(),
    }
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const waitMs = await this.#round()
      try {
        if (waitMs > 0) await sleep(this.#options.clock, waitMs, this.#stop.signal)
      } catch (error) {
        if (!isPincerError(error) || error.code !== 'stopped') throw error
      }
    }
  }

  /** One poll and what came of it; answers how long to wait before the next one. */
  async #round(): Promise<number> {
    const { clock } = this.#options
    const askedMs = clock.monotonicMs()
    const asked = { monotonicMs: askedMs, wallMs: clock.nowMs() }
    const confirming = this.#offset
    const polled = await this.#poll(confirming)
    if (this.#stop.signal.aborted) return 0
    if (!polled.ok) return this.#afterFailure(polled.failure)
    this.#lastAnswerMs = clock.monotonicMs()
    this.#network.reset()
    this.#conflict.reset()
    this.#offset = undefined
    const waitMs = await this.#handleAll(polled.result, asked)
    // What was taken goes on first: the next poll is work too, and nobody waits for it.
    if (polled.result.length > 0) await new Promise(setImmediate)
    // A server that does not hold the poll open is not asked without a pause.
    const isIdle = polled.result.length === 0 && confirming === undefined
    const answeredAtOnce = this.#lastAnswerMs - askedMs < limits.telegramRetryMs
    return isIdle && answeredAtOnce ? limits.telegramRetryMs : waitMs
  }

  async #poll(offset: number | undefined): Promise<Called<readonly unknown[]>> {
    const { api, clock } = this.#options
    const stop = this.#stop.signal
    const round = new AbortController()
    const silence = Promise.withResolvers<Called<never>>()
    const giveUp = (kind: 'retryable' | 'stopped', sentence: string) => (): void => {
      // The answer does not depend on a client that lets go: one that hangs may hang here too.
      silence.resolve({ ok: false, failure: { kind, sentence } })
      round.abort()
    }
    const seconds = limits.telegramWatchdogMs / 1_000
    const watchdog = clock.after(
      limits.telegramWatchdogMs,
      giveUp('retryable', `Telegram did not answer for ${seconds} s; trying on fresh connections.`),
    )
    const onStop = giveUp('stopped', 'Stopped.')
    stop.addEventListener('abort', onStop, { once: true })
    const asked = api.call(
      round.signal,
      (raw) =>
        raw.getUpdates({
          ...(offset === undefined ? {} : { offset }),
          limit: limits.telegramUpdatesPerPollMax,
          timeout: limits.telegramLongPollMs / 1_000,
          allowed_updates: ['message', 'edited_message', 'callback_query'],
        }),
      pollDeadlines,
    )
    try {
      const polled: Called<readonly unknown[]> = await Promise.race([asked, silence.promise])
      if (!polled.ok || Array.isArray(polled.result)) return polled
      return {
        ok: false,
        failure: { kind: 'retryable', sentence: "Telegram's answer to a poll is no list of updates." },
      }
    } finally {
      watchdog.cancel()
      stop.removeEventListener('abort', onStop)
    }
  }

  async #handleAll(
    updates: readonly unknown[],
    asked: { readonly monotonicMs: number; readonly wallMs: number },
  ): Promise<number> {
    let confirmable = 0
    const ageMaxMs = this.#ageMaxMs()
    for (const update of updates) {
      const id = updateIdOf(update)
      const handled = await this.#options.handle(update, ageMaxMs)
      if (typeof handled !== 'string') {
        this.#troubles.happened('updates', handled.again)
        return this.#unhandled.nextMs()
      }
      if (id !== undefined) {
        this.#offset = id + 1
        confirmable++
      }
      // The next poll confirms it and brings the rest again. On a full disk nothing else can keep that it was refused: a
      // kill between the words and that one request lets the next process take it, should there be room by then. The
      // other way round, a kill would leave its sender without a word.
      if (handled === 'refused' && id !== undefined) return 0
      if (this.#stop.signal.aborted) return 0
    }
    if (updates.length > 0 && confirmable === 0) {
      this.#troubles.happened('updates', 'Telegram sends updates without a usable id: they cannot be confirmed.')
      return this.#unhandled.nextMs()
    }
    if (updates.length < limits.telegramUpdatesPerPollMax) this.#caughtUp = asked
    this.#unhandled.reset()
    this.#troubles.over()
    return 0
  }

  /** By both clocks: one stands still while the machine sleeps, the other may be put back. */
  #ageMaxMs(): number {
    const { clock } = this.#options
    if (this.#caughtUp === undefined) return Infinity
    const { monotonicMs, wallMs } = this.#caughtUp
    return Math.max(clock.monotonicMs() - monotonicMs, clock.nowMs() - wallMs)
  }

  #afterFailure(failure: CallFailure): number {
    const { http, clock } = this.#options
    switch (failure.kind) {
      case 'conflict':
        // A connection of ours that was kept open may itself be the other poller.
        http.reset()
        this.#troubles.happened('conflict', conflictSentence(failure.sentence))
        this.#conflicts.happened(conflictSentence(failure.sentence))
        return this.#conflict.nextMs()
      case 'bad-token':
        this.#troubles.happened(
          'bad-token',
          `${failure.sentence} The token of the bot is wrong or was revoked: put the one that BotFather shows into TELEGRAM_BOT_TOKEN or channels.telegram.token, and start again.`,
        )
        return limits.telegramBadTokenRetryMs
      // Not by us: the way out to the network was closed.
      case 'stopped':
      case 'migrated':
      case 'permanent':
      case 'retryable': {
        const silentMs = clock.monotonicMs() - (this.#lastAnswerMs ?? this.#startedMs)
        if (silentMs >= limits.telegramWatchdogMs) http.reset()
        this.#troubles.happened('network', `Polling Telegram failed, and is tried again: ${failure.sentence}`)
        const afterMs = failure.kind === 'retryable' ? (failure.afterMs ?? 0) : 0
        return Math.max(this.#network.nextMs(), afterMs)
      }
    }
  }
}

function conflictSentence(sentence: string): string {
  return /webhook/i.test(sentence)
    ? `${sentence} The bot has a webhook, so its messages go elsewhere: give Pincer a bot of its own, or call deleteWebhook.`
    : `${sentence} Another program polls with the same token: stop it, or give Pincer a bot of its own. I go on trying.`
}
