import type { Person } from '../bus/message.ts'
import type { Answer, Asking, Question } from '../bus/question.ts'
import type { Clock } from '../clock.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { formatLocalTime } from '../local-time.ts'
import type { Log } from '../log.ts'
import { readShortCode, shortCode } from '../short-code.ts'
import { shortened, shortLine } from '../short-text.ts'
import type { Answerer, ApprovalAnswer, ApprovalDesk, ApprovalRequest, Approver, StandingSubject } from './approval.ts'
import { type StandingApproval, StandingApprovals } from './standing-approvals.ts'

interface OpenQuestion {
  readonly channel: string
  readonly question: Question
  readonly subject: StandingSubject | undefined
  /** False when it had ended before. */
  readonly answer: (answer: Answer) => boolean
  readonly withdraw: () => void
  readonly ended: Promise<string>
}

/**
 * The questions that stand open, and the only place where one ends: by a button or a key in its channel, by /approve or
 * /deny, by time, or with what asked. The first of them counts, the others find it over. Questions live in memory, so
 * that a restart answers none of them; what stands for always is on the disk.
 */
export class Approvals implements Approver, ApprovalDesk {
  readonly #clock: Clock
  readonly #log: Log
  readonly #show: (channel: string, question: Question, asking: Asking) => void
  readonly #standing: StandingApprovals
  readonly #open = new Map<string, OpenQuestion>()

  constructor(options: {
    readonly stateFolder: string
    readonly clock: Clock
    readonly log: Log
    /** Puts the question before the person; must not throw. */
    readonly show: (channel: string, question: Question, asking: Asking) => void
  }) {
    this.#clock = options.clock
    this.#log = options.log
    this.#show = options.show
    this.#standing = new StandingApprovals(options)
  }

  async stands(
    where: { readonly channel: string; readonly person: Person },
    subject: StandingSubject,
  ): Promise<boolean> {
    try {
      const { tool, argumentsHash, binding } = subject
      const own = ofPerson(await this.#standing.list(), where)
      return own.some((each) => each.tool === tool && each.argumentsHash === argumentsHash && each.binding === binding)
    } catch (error) {
      if (!isPincerError(error)) throw error
      this.#log.warn('guard', `${sentenceOf(error)} Until that works no standing approval counts.`)
      return false
    }
  }

  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer> {
    if (request.person.role !== 'owner') return Promise.resolve({ unavailable: 'only an owner can give it' })
    if (this.#open.size >= limits.questionsOpenMax) {
      return Promise.resolve({ unavailable: `${this.#open.size} questions wait for an answer already` })
    }
    if (signal.aborted) return Promise.resolve('withdrawn')
    const code = this.#freeCode()
    const result = Promise.withResolvers<ApprovalAnswer>()
    const ended = Promise.withResolvers<string>()
    /** Takes effect once, at once; the words may follow when the disk has answered. */
    const end = (answer: ApprovalAnswer, words: string | Promise<string>): boolean => {
      if (!this.#open.delete(code)) return false
      timer.cancel()
      signal.removeEventListener('abort', withdraw)
      ended.resolve(words)
      result.resolve(ended.promise.then(() => answer))
      return true
    }
    const withdraw = (): void => void end('withdrawn', 'Withdrawn: what asked was stopped.')
    const answer = (given: Answer): boolean => {
      if (!this.#open.has(code) || (given === 'always' && !question.offersAlways)) return false
      if (given === 'always') return end('yes', this.#keep(request, code))
      return end(given, `${given === 'yes' ? 'Yes' : 'No'}, ${this.#by(request)}.`)
    }
    const timer = this.#clock.after(limits.humanAnswerTimeoutMs, () => {
      end('silence', `Not answered by ${formatLocalTime(this.#clock.nowMs())}, so: no.`)
    })
    signal.addEventListener('abort', withdraw, { once: true })
    const question = questionOf(request, code, this.#clock.nowMs() + limits.humanAnswerTimeoutMs)
    const { channel, subject } = request
    this.#open.set(code, { channel, question, subject, answer, withdraw, ended: ended.promise })
    const unavailable = (why: string): void => void end({ unavailable: why }, `Withdrawn: ${why}.`)
    this.#show(channel, question, { answer, unavailable, ended: ended.promise })
    return result.promise
  }

  async answer(by: Answerer, typed: string, answer: Answer): Promise<string> {
    const code = readShortCode(typed)
    const open = this.#open.get(code)
    if (open === undefined || open.channel !== by.channel || open.question.chat !== by.chat) {
      return this.#revoke(by, code, answer)
    }
    const { question } = open
    if (question.personId !== by.person.id || by.person.role !== 'owner') {
      throw new PincerError('usage', `This question is for ${question.personName} alone to answer.`)
    }
    if (answer === 'always' && !question.offersAlways) {
      throw new PincerError(
        'usage',
        `This can be allowed this once, not for always: /approve ${code}, or /deny ${code}.`,
      )
    }
    open.answer(answer)
    return `${await open.ended}\n${question.action}`
  }

  async list(by: Answerer): Promise<string> {
    const open = [...this.#open.values()].filter(
      ({ channel, question }) => channel === by.channel && question.chat === by.chat,
    )
    const standing = ofPerson(await this.#standing.list(), by)
    const parts = [open.length === 0 ? 'Nothing waits for a yes in this chat.' : 'Waiting for a yes in this chat:']
    for (const { question } of open) {
      const { code, personName, untilMs, action } = question
      parts.push(`${code}  ${listed(action)} (${personName} may answer, until ${formatLocalTime(untilMs)})`)
    }
    if (open.length > 0) parts.push('/approve CODE allows it, /deny CODE does not.')
    if (standing.length > 0) parts.push('You have allowed for always, exactly as it stands here:')
    for (const { code, action, sinceMs } of standing) {
      parts.push(`${code}  ${listed(action)} (since ${formatLocalTime(sinceMs)})`)
    }
    if (standing.length > 0) parts.push('/deny CODE revokes it.')
    return parts.join('\n')
  }

  withdraw(where: { readonly channel: string; readonly chat: string } | 'all'): Promise<number> {
    const here = [...this.#open.values()].filter(
      ({ channel, question }) => where === 'all' || (channel === where.channel && question.chat === where.chat),
    )
    for (const { withdraw } of here) withdraw()
    return Promise.resolve(here.length)
  }

  forget({ channel, personId }: { readonly channel: string; readonly personId: string }): Promise<void> {
    return this.#standing.remove((each) => each.channel === channel && each.personId === personId)
  }

  /** No open question has this code here: /deny may mean a standing approval. */
  async #revoke(by: Answerer, code: string, answer: Answer): Promise<string> {
    const standing =
      answer === 'no' ? ofPerson(await this.#standing.list(), by).find((each) => each.code === code) : undefined
    if (standing === undefined) {
      throw new PincerError(
        'usage',
        `No question with the code ${shownCode(code)} is open in this chat: it is over or was never asked here, and nothing was done now. /approve lists what is open.`,
      )
    }
    try {
      await this.#standing.remove((each) => each.code === code)
    } catch (cause) {
      if (!isPincerError(cause)) throw cause
      const sentence = `It stands no more, but only until the next start, because that could not be written: ${sentenceOf(cause)} Then /deny ${code} again.`
      throw new PincerError(cause.code, sentence, { cause })
    }
    return `Revoked: this will be asked again.\n${standing.action}`
  }

  /** A yes that could not be kept is a yes for this once. Never rejects: the question must end. */
  async #keep(request: ApprovalRequest, code: string): Promise<string> {
    const { channel, person, subject, action } = request
    if (subject === undefined) return `Yes, ${this.#by(request)}.`
    try {
      await this.#standing.add({ code, channel, personId: person.id, ...subject, action, sinceMs: this.#clock.nowMs() })
      return `Always, ${this.#by(request)}: exactly this is not asked again. /deny ${code} revokes it.`
    } catch (error) {
      if (!isPincerError(error)) this.#log.error('guard', `A standing approval was lost: ${sentenceOf(error)}`)
      return `Yes, this once, ${this.#by(request)}. It could not be kept for always: ${sentenceOf(error)}`
    }
  }

  #by({ person }: ApprovalRequest): string {
    return `by ${shownName(person.name)}, ${formatLocalTime(this.#clock.nowMs())}`
  }

  #freeCode(): string {
    for (;;) {
      const code = shortCode(limits.approvalCodeChars)
      if (!this.#open.has(code)) return code
    }
  }
}

function questionOf(request: ApprovalRequest, code: string, untilMs: number): Question {
  const { chat, person, action, call, reason, subject } = request
  return {
    code,
    chat,
    personId: person.id,
    personName: shownName(person.name),
    action,
    ...(call === undefined ? {} : { call }),
    reason,
    untilMs,
    offersAlways: subject !== undefined,
  }
}

function ofPerson(
  approvals: readonly StandingApproval[],
  { channel, person }: { readonly channel: string; readonly person: Person },
): readonly StandingApproval[] {
  return approvals.filter((each) => each.channel === channel && each.personId === person.id)
}

function shownName(name: string): string {
  return shortLine(name, limits.approvalNameCharsMax)
}

function listed(action: string): string {
  return shortLine(action, limits.approvalListedCharsMax)
}

function shownCode(code: string): string {
  return JSON.stringify(shortened(code, limits.approvalNameCharsMax))
}
