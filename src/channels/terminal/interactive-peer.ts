import type { Readable, Writable } from 'node:stream'
import type { Activity, Outbound } from '../../bus/message.ts'
import type { Question } from '../../bus/question.ts'
import type { Clock } from '../../clock.ts'
import { sentenceOf } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Redact } from '../../log.ts'
import type { Completions } from './completion.ts'
import { mayRemember } from './history.ts'
import type { Paint } from './paint.ts'
import { printable, printableLine } from './printable.ts'
import { parseAnswer, questionDetails, questionPrompt } from './question-line.ts'
import { Screen } from './screen.ts'
import type { ExitCode } from './script-mode.ts'
import { messageFault, newMessageId, type OpenLink, type TerminalLink, type TerminalPeer } from './terminal-peer.ts'
import { ToolLines } from './tool-lines.ts'

/** Typed as a whole line, these leave: who wants to go must not have to learn how first. */
const leavingWords: ReadonlySet<string> = new Set(['/quit', '/exit', 'quit', 'exit'])

interface ShownQuestion {
  readonly id: string
  readonly question: Question
  shownAtMs: number
  askedAgain: boolean
}

/** The user interface at a terminal: what a person types goes over the link, what comes back is shown above the line. */
export class InteractivePeer implements TerminalPeer {
  readonly interactive = true
  readonly #clock: Clock
  readonly #paint: Paint
  readonly #prompt: string
  readonly #screen: Screen
  readonly #toolLines: ToolLines
  readonly #left = Promise.withResolvers<ExitCode>()
  readonly #unanswered = new Set<string>()
  readonly #waitingQuestions: { readonly id: string; readonly question: Question }[] = []
  #link: TerminalLink | undefined
  #turnRuns = false
  #shown: ShownQuestion | undefined
  /** What was being typed when a question came; given back after it. */
  #draft = ''
  #interruptedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: {
    readonly input: Readable
    readonly output: Writable & { readonly columns?: number }
    readonly clock: Clock
    readonly paint: Paint
    readonly completions: Completions
    readonly history: readonly string[]
    readonly redact: Redact
  }) {
    this.#clock = options.clock
    this.#paint = options.paint
    this.#prompt = options.paint.prompt('you> ')
    this.#screen = new Screen({
      ...options,
      completions: { ...options.completions, commands: [...options.completions.commands, '/quit'] },
      historyLinesMax: limits.terminalHistoryLinesMax,
      onSubmit: (text) => this.#submit(text),
      onInterrupt: () => this.#interrupt(),
      // Asleep it could not switch anything off in time.
      onSuspend: () =>
        this.#tell(this.#paint.quiet('Pincer cannot be suspended: outputs need their limits. Ctrl-D leaves.')),
      onClosed: () => this.leave(0),
      mayRemember: (line) => this.#shown === undefined && mayRemember(line, options.redact),
    })
    this.#toolLines = new ToolLines({
      redraws: options.paint.movesCursor,
      print: (line) => this.#tell(this.#paint.quiet(line)),
      showRunning: (line) => this.#screen.setStatus(line === '' ? '' : this.#paint.quiet(line)),
    })
  }

  /** What is worth keeping of what was typed here, oldest first. */
  get typed(): readonly string[] {
    return this.#screen.typed
  }

  /** Opens the link and talks until the person leaves or the link ends. */
  async talk(openLink: OpenLink): Promise<ExitCode> {
    try {
      this.#link = await openLink(this)
      if (this.#shown === undefined) this.#screen.setPrompt(this.#prompt)
      return await this.#left.promise
    } finally {
      this.#screen.close()
      await this.#link?.close()
    }
  }

  leave(exitCode: ExitCode): void {
    // First: closing the screen is itself a way to leave.
    this.#left.resolve(exitCode)
    this.#screen.close()
  }

  async outbound(message: Outbound): Promise<void> {
    const isOurs = message.answers.some((id) => this.#unanswered.has(id))
    for (const id of message.answers) this.#unanswered.delete(id)
    // The terminal is one conversation: what another one, or an earlier chat, has asked is answered here too.
    const origin = isOurs || message.answers.length === 0 ? '' : `${this.#paint.quiet('  (not asked here)')}\n`
    const text = printable(message.text)
    try {
      await this.#screen.print(`${origin}${message.failed ? this.#paint.warning(text) : text}`)
    } catch (error) {
      this.leave(1)
      throw error
    }
  }

  activity(activity: Activity): void {
    switch (activity.kind) {
      case 'turn-started':
        this.#turnRuns = true
        break
      case 'turn-ended':
        this.#turnRuns = false
        this.#toolLines.turnEnded()
        break
      case 'tool-started':
        this.#toolLines.started(printableLine(activity.line))
        break
      case 'tool-progress':
        this.#toolLines.progressed(printableLine(activity.line), printableLine(activity.progress))
        break
      case 'tool-finished':
        this.#toolLines.finished(printableLine(activity.line), activity.failed)
        break
    }
  }

  question(id: string, question: Question): void {
    this.#waitingQuestions.push({ id, question })
    this.#nextQuestion()
  }

  withdraw(id: string, words: string): void {
    const waiting = this.#waitingQuestions.findIndex((each) => each.id === id)
    if (waiting !== -1) {
      this.#waitingQuestions.splice(waiting, 1)
      return
    }
    const isShown = this.#shown?.id === id
    // What stands on the line was meant for the question that is gone.
    if (isShown) this.#screen.takeDraft()
    this.#tell(this.#paint.quiet(printableLine(words)))
    if (isShown) this.#closeQuestion()
  }

  ended(sentence: string): void {
    this.#tell(printableLine(sentence))
    this.leave(1)
  }

  #tell(line: string): void {
    this.#screen.print(line).catch(() => this.leave(1))
  }

  #submit(text: string): void {
    if (this.#shown !== undefined) {
      this.#answer(this.#shown, text)
      return
    }
    if (text.trim() === '') return
    if (leavingWords.has(text.trim().toLowerCase())) {
      this.leave(0)
      return
    }
    const fault = messageFault(text)
    if (fault !== undefined) this.#tell(fault)
    else void this.#say(text)
  }

  async #say(text: string): Promise<void> {
    const link = this.#link
    if (link === undefined) {
      this.#tell('Still connecting: this was not sent. Press the up arrow and Enter to send it.')
      return
    }
    const id = newMessageId()
    this.#unanswered.add(id)
    try {
      if ((await link.say({ id, text })) !== 'full') return
      this.#tell(
        `This was not sent: ${limits.busMessagesMax} messages are waiting already. Wait for a reply, then press the up arrow and Enter.`,
      )
    } catch (error) {
      this.#tell(`This was not sent. ${printableLine(sentenceOf(error))}`)
    }
    this.#unanswered.delete(id)
  }

  #interrupt(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#interruptedAtMs <= limits.terminalLeaveMs) {
      this.leave(0)
      return
    }
    this.#interruptedAtMs = nowMs
    this.#screen.takeDraft()
    if (this.#turnRuns || this.#unanswered.size > 0) {
      this.#tell(this.#paint.quiet('Stopping. Ctrl-C again to leave.'))
      void this.#say('/stop')
    } else {
      this.#tell(this.#paint.quiet('Ctrl-C again to leave.'))
    }
  }

  #nextQuestion(): void {
    if (this.#shown !== undefined) return
    const next = this.#waitingQuestions.shift()
    if (next === undefined) return
    // What was typed before the question could be read must never answer it.
    this.#draft ||= this.#screen.takeDraft()
    this.#shown = { ...next, askedAgain: false, shownAtMs: this.#clock.monotonicMs() }
    this.#tell(this.#paint.quiet(questionDetails(next.question)))
    this.#screen.setPrompt(questionPrompt(next.question))
  }

  #answer(shown: ShownQuestion, text: string): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - shown.shownAtMs < limits.terminalQuestionReadMs) {
      shown.shownAtMs = nowMs
      this.#tell('That was typed before the question could be read: y or n?')
      return
    }
    const answer = parseAnswer(text, shown.question)
    if (answer === undefined && text.trim().startsWith('/')) {
      // Commands wait for nothing: /approve and /deny answer in their way, and /stop ends what asks.
      void this.#say(text)
      return
    }
    if (answer === undefined && !shown.askedAgain) {
      shown.askedAgain = true
      this.#tell(
        `Please answer ${shown.question.offersAlways ? 'y, n or always' : 'y or n'}. Anything else counts as n.`,
      )
      return
    }
    this.#closeQuestion()
    this.#link?.answer(shown.id, answer ?? 'no')
  }

  #closeQuestion(): void {
    this.#shown = undefined
    this.#nextQuestion()
    if (this.#shown !== undefined) return
    this.#screen.setPrompt(this.#prompt)
    this.#screen.putDraft(this.#draft)
    this.#draft = ''
  }
}
