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
import type { Job, JobMaker, RunOutcome } from './job.ts'
import type { RunContext } from './perform.ts'
import type { TellMaker } from './runner.ts'

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
  readonly #stopped = new AbortController()
  #state: HeartbeatState | undefined
  #timer: Timer | undefined
  /** Monotonic ms of the next look. */
  #nextMs = 0
  #isLooking = false
  #beating: Promise<void> = Promise.resolve()
  /** The first failure of a row was told. */
  #hasFailed = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#store = new HeartbeatStore(options)
  }

  /** Tells of a beat that a kill ended; the next one comes when it is due. */
  async start(): Promise<void> {
    const { clock, everyMs } = this.#options
    const state = await this.#store.load()
    this.#state = state
    if (state.running !== undefined) await this.#tellInterrupted(state)
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
    const { clock, log, read, owner } = this.#options
    const maker = owner()
    const text = await read()
    const before = this.#state
    if (maker === undefined || before === undefined) return
    if (text === undefined) {
      await this.#tellLeftOut(maker)
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

  /** Who wrote the file by hand waits for something to happen. */
  async #tellLeftOut(maker: JobMaker): Promise<void> {
    const { clock, takeNews, tell } = this.#options
    if (isQuiet(usualQuietHours, clock.nowMs())) return
    const news = takeNews()
    if (news !== undefined) await tell(this.#jobOf(maker, ''), news, { failed: false })
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
    await this.#tell(job, outcome)
    if (this.#stopped.signal.aborted) return
    const seen = outcome.kind === 'done' || started.length > 0 ? after : before
    await this.#keep({ ...seen, tokens: seen.tokens + tokens })
  }

  async #tell(job: Job, outcome: RunOutcome): Promise<void> {
    const { tell, log } = this.#options
    switch (outcome.kind) {
      case 'done':
        this.#hasFailed = false
        if (outcome.said !== undefined) await tell(job, `Heartbeat: ${outcome.said}`, { failed: false })
        return
      case 'failed':
      case 'skipped':
        log.warn('heartbeat', outcome.why)
        if (outcome.kind === 'skipped' || this.#hasFailed || this.#stopped.signal.aborted) return
        this.#hasFailed = true
        await tell(job, `The heartbeat failed: ${outcome.why}`, { failed: true })
        return
      case 'interrupted':
        return
    }
  }

  async #tellInterrupted(state: HeartbeatState): Promise<void> {
    const { tell, owner } = this.#options
    const { running, ...rest } = state
    const maker = owner()
    const calls = running ?? []
    if (maker !== undefined && calls.length > 0) {
      const text = `The heartbeat was interrupted: I ended in the middle of it. It is not repeated. It had started:\n- ${calls.join('\n- ')}`
      await tell(this.#jobOf(maker, ''), text, { failed: true })
    }
    await this.#keep(rest)
  }

  async #keep(state: HeartbeatState): Promise<void> {
    await this.#store.save(state)
    this.#state = state
  }

  #jobOf(maker: JobMaker, task: string): Job {
    const { everyMs, clock } = this.#options
    return {
      id: 'heartbeat',
      time: { kind: 'every', everyMs },
      action: { kind: 'ask', task },
      missed: 'skip',
      quiet: true,
      maker,
      madeAtMs: clock.nowMs(),
    }
  }
}

function taskText(task: string, changed: readonly string[]): string {
  const news = changed.length === 0 ? '' : `\n\nChanged since you last looked: ${changed.join(', ')}.`
  return `Look after what your owner wrote into HEARTBEAT.md:\n\n${task}${news}`
}
