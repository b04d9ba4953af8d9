import { createHash } from 'node:crypto'
import type { Clock, Timer } from '../clock.ts'
import type { Devices } from '../devices/device.ts'
import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { localDay } from '../local-time.ts'
import type { Log } from '../log.ts'
import { isQuiet, readHeartbeatFile, usualQuietHours } from './heartbeat-file.ts'
import { changedIn, type Named, namedIn, type Seen, seenOf } from './heartbeat-names.ts'
import { type HeartbeatState, HeartbeatStore } from './heartbeat-state.ts'
import { heartbeatLine } from './heartbeat-text.ts'
import { beatJob, HeartbeatVoice, taskText } from './heartbeat-voice.ts'
import type { Job, JobMaker, RunOutcome } from './job.ts'
import type { RunContext, TellMaker } from './perform.ts'

export interface HeartbeatOptions {
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Log
  /** Where `heartbeat.json` stands. */
  readonly stateFolder: string
  /** HEARTBEAT.md as far as an owner stands behind its bytes. */
  readonly read: () => Promise<string | undefined>
  /** Why the last `read` found nothing that counts, as the end of a sentence; undefined where there is no file. */
  readonly whyLeftOut: () => string | undefined
  /** What nobody was told yet of files that are left out. */
  readonly takeNews: () => string | undefined
  readonly devices: Pick<Devices, 'list' | 'read'>
  /** Tells the versions of a path in the workspace apart; `-` where there is nothing that may be looked at. */
  readonly fingerprint: (path: string) => string
  /** The first owner, with whose rights it runs and whom it tells. */
  readonly owner: () => JobMaker | undefined
  /** Somebody is being answered just now. */
  readonly isBusy: () => boolean
  /** One turn of the model, and what it cost. A rejection is a bug. */
  readonly ask: (job: Job, run: RunContext) => Promise<{ readonly outcome: RunOutcome; readonly tokens: number }>
  readonly tell: TellMaker
}

/**
 * Looks from time to time after what HEARTBEAT.md names. The model is asked only where something of it changed, or
 * where nothing in it can be looked at without a model.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #store: HeartbeatStore
  readonly #voice: HeartbeatVoice
  readonly #stopped = new AbortController()
  #state: HeartbeatState | undefined
  #timer: Timer | undefined
  /** Monotonic ms of the next look. */
  #nextMs = 0
  #isLooking = false
  #beating: Promise<void> = Promise.resolve()

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#store = new HeartbeatStore(options)
    this.#voice = new HeartbeatVoice(options)
  }

  /** Tells of a beat that a kill ended; the next one comes when it is due. */
  async start(): Promise<void> {
    const { clock, everyMs } = this.#options
    const state = await this.#store.load()
    this.#state = state
    const { running, ...rest } = state
    if (running !== undefined) {
      const maker = this.#options.owner()
      if (maker !== undefined && running.length > 0) await this.#voice.interrupted(this.#jobOf(maker, ''), running)
      await this.#keep(rest)
    }
    // A clock that jumped back must not park it.
    const sinceMs = Math.max(0, clock.nowMs() - state.beatMs)
    this.#arm(Math.min(everyMs, Math.max(limits.heartbeatFirstMs, everyMs - sinceMs)))
  }

  /** One line for /status. */
  async status(): Promise<string> {
    const { clock, everyMs, owner, read, whyLeftOut } = this.#options
    const text = await read()
    const nowMs = clock.nowMs()
    return heartbeatLine({
      everyMs,
      nowMs,
      hasOwner: owner() !== undefined,
      file: text === undefined ? undefined : readHeartbeatFile(text),
      whyLeftOut: whyLeftOut(),
      nextMs: this.#isLooking ? 'now' : Math.max(0, this.#nextMs - clock.monotonicMs()),
      askedMs: this.#state?.beatMs ?? 0,
      tokens: this.#tokensToday(nowMs),
    })
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#stopped.abort()
    await this.#beating
  }

  #arm(delayMs: number): void {
    if (this.#stopped.signal.aborted) return
    const { clock } = this.#options
    this.#nextMs = clock.monotonicMs() + delayMs
    this.#timer = clock.after(delayMs, () => {
      this.#beating = this.#due()
    })
  }

  async #due(): Promise<void> {
    const { everyMs, isBusy, log } = this.#options
    if (isBusy()) {
      this.#arm(Math.min(everyMs, limits.heartbeatBusyMs))
      return
    }
    this.#isLooking = true
    try {
      await this.#beat()
    } catch (error) {
      log.error('heartbeat', sentenceOf(error))
    } finally {
      this.#isLooking = false
    }
    this.#arm(everyMs)
  }

  async #beat(): Promise<void> {
    const { clock, log, read, owner, takeNews } = this.#options
    const maker = owner()
    const text = await read()
    const before = this.#state
    if (maker === undefined || before === undefined) return
    if (text === undefined) {
      if (isQuiet(usualQuietHours, clock.nowMs())) return
      const news = takeNews()
      if (news !== undefined) await this.#voice.leftOut(this.#jobOf(maker, ''), news)
      return
    }
    const { task, quiet, fault } = readHeartbeatFile(text)
    if (fault !== undefined) {
      log.warn('heartbeat', `HEARTBEAT.md says ${JSON.stringify(fault)}: expected quiet hours: 22:00-07:00, or off.`)
    }
    if (task === '' || isQuiet(quiet, clock.nowMs())) return
    const named = namedIn(task, this.#options.devices.list(), { before: before.seen, fingerprint: this.#fingerprint })
    const seen = await this.#look(named)
    const hash = createHash('sha256').update(task).digest('hex')
    const isNewTask = before.text !== hash
    const changed = changedIn(before.seen, seen)
    const namesNothing = named.devices.length === 0 && named.paths.length === 0
    if (!isNewTask && changed.length === 0 && !namesNothing) return
    const nowMs = clock.nowMs()
    const tokens = this.#tokensToday(nowMs)
    if (tokens >= limits.heartbeatTokensPerDayMax) {
      log.info('heartbeat', `Its ${limits.heartbeatTokensPerDayMax} tokens of today are used up.`)
      return
    }
    const job = this.#jobOf(maker, taskText(task, isNewTask ? [] : changed))
    const spent = { beatMs: nowMs, day: localDay(nowMs), tokens }
    await this.#ask(job, { before: { ...before, ...spent }, after: { version: 1, ...spent, text: hash, seen } })
  }

  #tokensToday(nowMs: number): number {
    return this.#state?.day === localDay(nowMs) ? this.#state.tokens : 0
  }

  readonly #fingerprint = (path: string): string => this.#options.fingerprint(path)

  async #look({ devices, paths }: Named): Promise<Seen> {
    const { signal } = this.#stopped
    const outcomes = await Promise.all(devices.map((name) => this.#options.devices.read(name, signal)))
    return seenOf(
      outcomes.flat(),
      paths.map((path) => [path, this.#fingerprint(path)]),
    )
  }

  /** What changed counts as seen once the model has answered, or has begun to change something: that is not repeated. */
  async #ask(
    job: Job,
    { before, after }: { readonly before: HeartbeatState; readonly after: HeartbeatState },
  ): Promise<void> {
    const started: string[] = []
    const run: RunContext = {
      signal: this.#stopped.signal,
      beforeChange: async (what) => {
        started.push(what)
        await this.#keep({ ...after, running: started })
        return () => Promise.resolve()
      },
    }
    const { outcome, tokens } = await this.#options.ask(job, run)
    // Told first: what is said twice after a kill is better than what is never said.
    await this.#voice.outcome(job, outcome, this.#stopped.signal.aborted)
    if (this.#stopped.signal.aborted) return
    const seen = outcome.kind === 'done' || started.length > 0 ? after : before
    await this.#keep({ ...seen, tokens: seen.tokens + tokens })
  }

  #jobOf(maker: JobMaker, task: string): Job {
    const { everyMs, clock } = this.#options
    return beatJob(maker, task, { everyMs, nowMs: clock.nowMs() })
  }

  async #keep(state: HeartbeatState): Promise<void> {
    await this.#store.save(state)
    this.#state = state
  }
}
