import { createHash } from 'node:crypto'
import { formatAge, type Person } from '../bus/message.ts'
import { formatDuration } from '../duration.ts'
import { isPincerError, PincerError } from '../errors.ts'
import type { ApprovalAnswer, Approver, StandingSubject } from '../guard/approval.ts'
import { legible, legibleJson, legibleLine } from '../guard/legible.ts'
import { limits } from '../limits.ts'
import type { HumanNeed, Tool } from './tool.ts'

/** Who calls, where, and under what circumstances: what a permission depends on besides the call itself. */
export interface Circumstances {
  readonly channel: string
  readonly chat: string
  readonly person: Person
  /** How old the person's message was when it was accepted or taken up again; Infinity where nobody knows. */
  readonly messageAgeMs: number
  /** Whence text from outside came that the model sees: acting calls then need a human. Undefined where there is none. */
  readonly untrusted: string | undefined
  /** Whether an owner wrote these words, as they stand, in a message that is in view; without it nobody did. */
  ownerWrote?(words: string): boolean
  /** Whether an owner's newest message orders exactly this call in words that mean nothing else; once for each order. */
  takeOrder?(tool: string, args: Readonly<Record<string, unknown>>): Promise<boolean>
  /**
   * The call was fixed when a job was made, and stands as it did then: nobody is asked now. `allowed`: what a person
   * allowed of it with the job, as `allowedText` has it. Set by the runner of jobs alone.
   */
  readonly planned?: { readonly allowed: string | undefined }
  readonly signal: AbortSignal
  /** Told when a person is being asked: the call may wait for minutes now. */
  onAsking?(): void
}

/** A call that is planned for later, as a person judges it now. */
export interface ExaminedCall {
  /** All of it. */
  readonly words: string
  readonly need: PlannedNeed | undefined
}

/** What such a call needs of a person now. */
export interface PlannedNeed extends HumanNeed {
  /** For `Circumstances.planned`. */
  readonly allowed: string
}

/** Whether a call may run, and why: the one place where that is known. */
export type Decision =
  /** No person is needed. */
  | { readonly verdict: 'free'; readonly why: string }
  /** A person allowed it, now or by a standing approval. */
  | {
      readonly verdict: 'approved'
      readonly why: string
      /** Word for word. */
      readonly action: string
      /** What the call was bound to when it was allowed. */
      readonly binding: string
    }
  | {
      readonly verdict: 'refused'
      readonly why: string
      /** For the model. */
      readonly sentence: string
      /** A person was asked and did not say yes. */
      readonly saidNo: boolean
    }

/** Decides whether a call may run. It asks a human where one is needed; a model can neither set nor skip that. */
export class Permission {
  readonly #approver: Approver

  constructor(approver: Approver) {
    this.#approver = approver
  }

  /** Never rejects for what can be expected: a refusal is a decision too. */
  async decide(tool: Tool, args: Record<string, unknown>, origin: Circumstances): Promise<Decision> {
    let own: HumanNeed | undefined
    try {
      own = await tool.needsHuman?.(args)
    } catch (error) {
      return impossible(error)
    }
    if (origin.planned !== undefined) return asPlanned(tool, args, own, origin.planned)
    const reasons = [...(own === undefined ? [] : [{ text: own.reason }]), ...(await outerReasons(tool, args, origin))]
    if (reasons.length === 0) return { verdict: 'free', why: 'no person is needed' }
    let words: string | undefined
    try {
      words = await tool.inWords?.(args)
    } catch (error) {
      return impossible(error)
    }
    const reason = reasons.map(({ text, source }) => (source === undefined ? text : `${text} (${source})`)).join('; ')
    const reasonForModel = reasons.map(({ text }) => text).join('; ')
    const call = `${tool.name} ${legibleJson(args)}`
    const action = own?.action ?? words ?? call
    const shown = words ?? action
    const whole = words !== undefined || action === call ? undefined : call
    const refused = (why: string, saidNo = false): Decision => ({
      verdict: 'refused',
      why: `${reason}; ${why}`,
      sentence: `"${action}" needs a yes from a person (${reasonForModel}), and ${why}.`,
      saidNo,
    })
    if (origin.person.role !== 'owner') return refused('only an owner can give it, not a guest')
    // In full: a person must not say yes to what stands behind an ellipsis.
    const shownChars = legible(shown).length + (whole?.length ?? 0)
    if (shownChars > limits.approvalCharsMax) {
      const why = `with ${shownChars} characters it is too long to be shown to one (at most ${limits.approvalCharsMax})`
      const sentence = `${tool.name} needs a yes from a person, and ${why}: do it in smaller steps.`
      return { verdict: 'refused', why: `${reason}; ${why}`, sentence, saidNo: false }
    }
    try {
      const binding = (await tool.binding?.(args)) ?? ''
      const approved = (why: string): Decision => ({ verdict: 'approved', why: `${reason}; ${why}`, action, binding })
      // "Always" answers the tool's own reason; it never covers foreign text or a late message.
      const subject = own?.standing === true && reasons.length === 1 ? subjectOf(tool, args, binding) : undefined
      if (subject !== undefined && (await this.#approver.stands(origin, subject))) {
        return approved('a standing approval allows it')
      }
      const answer = await this.#ask({ action: shown, call: whole, reason, subject }, origin)
      if (answer === 'yes') return approved('the person said yes')
      return refused(whyNot(answer), answer === 'no' || answer === 'silence')
    } catch (error) {
      return impossible(error, reason)
    }
  }

  /** To be called right before the run. @throws PincerError `needs_human` when what was allowed is not what would run. */
  async verify(decision: Decision, tool: Tool, args: Record<string, unknown>): Promise<void> {
    if (decision.verdict !== 'approved' || tool.binding === undefined) return
    if ((await tool.binding(args)) === decision.binding) return
    throw new PincerError(
      'needs_human',
      `"${decision.action}" was not run: a file that it names changed after the yes. Call it again, to ask again.`,
    )
  }

  async #ask(
    question: {
      readonly action: string
      readonly call: string | undefined
      readonly reason: string
      readonly subject: StandingSubject | undefined
    },
    origin: Circumstances,
  ): Promise<ApprovalAnswer> {
    const { action, call, reason, subject } = question
    const { channel, chat, person, signal } = origin
    if (signal.aborted) return 'withdrawn'
    const request = {
      channel,
      chat,
      person,
      action: legible(action),
      ...(call === undefined ? {} : { call }),
      // A source of foreign text chooses its own name: it does not get to write lines of the question.
      reason: legibleLine(reason, limits.approvalReasonCharsMax),
      ...(subject === undefined ? {} : { subject }),
    }
    origin.onAsking?.()
    return unlessAborted(signal, this.#approver.ask(request, signal))
  }
}

/** A call of a job needs no more than what was allowed with the job, and gets no more. */
function asPlanned(
  tool: Tool,
  args: Record<string, unknown>,
  own: HumanNeed | undefined,
  { allowed }: { readonly allowed: string | undefined },
): Decision {
  if (own === undefined) return { verdict: 'free', why: 'fixed when its job was made' }
  const { action, reason } = own
  if (allowed === allowedText(own, tool, args))
    return { verdict: 'approved', why: `${reason}; allowed when its job was made`, action, binding: '' }
  const sentence = `"${action}" is not what a person allowed when this job was made (${reason}): remove the job and make it again.`
  return { verdict: 'refused', why: `${reason}; not what was allowed when its job was made`, sentence, saidNo: false }
}

/** What is kept of a yes that a person gives in advance: the action and the call, each to the last letter. */
export function allowedText({ action }: HumanNeed, tool: Tool, args: Record<string, unknown>): string {
  return `${action} [${tool.name} ${JSON.stringify(canonical(args))}]`
}

/** It cannot run, whoever says yes: nobody is asked. */
function impossible(error: unknown, reason?: string): Decision {
  if (!isPincerError(error)) throw error
  const { message } = error
  return {
    verdict: 'refused',
    why: reason === undefined ? message : `${reason}; ${message}`,
    sentence: message,
    saidNo: false,
  }
}

interface Reason {
  readonly text: string
  /** Chosen outside, so for people alone: a model would read it as words of ours. */
  readonly source?: string
}

/** What makes a person necessary besides the tool itself. */
async function outerReasons(
  tool: Tool,
  args: Record<string, unknown>,
  origin: Circumstances,
): Promise<readonly Reason[]> {
  const { messageAgeMs, untrusted } = origin
  const acts = tool.acts(args)
  const reasons: Reason[] = []
  if (acts && messageAgeMs > limits.actingMessageAgeMaxMs) {
    reasons.push({ text: `the message that asks for it ${formatAge(messageAgeMs)}` })
  }
  const isOutward = acts || carriesOut(tool, args, origin)
  // Also with nothing from outside in view: done once, it is not to be done again for a page that comes later.
  const isOrdered = isOutward && (await origin.takeOrder?.(tool.name, args)) === true
  if (untrusted !== undefined && isOutward && !isOrdered) {
    reasons.push({ text: 'text from outside is in view', source: untrusted })
  }
  return reasons
}

function carriesOut(tool: Tool, args: Record<string, unknown>, origin: Circumstances): boolean {
  const words = tool.actsUnlessOwnerWrote?.(args)
  return words !== undefined && origin.ownerWrote?.(words) !== true
}

function whyNot(answer: Exclude<ApprovalAnswer, 'yes'>): string {
  switch (answer) {
    case 'no':
      return 'the person said no'
    case 'silence':
      return `the person did not answer within ${formatDuration(limits.humanAnswerTimeoutMs)}`
    case 'withdrawn':
      return 'it was stopped before there was an answer'
    default:
      return answer.unavailable
  }
}

function subjectOf(tool: Tool, args: Record<string, unknown>, binding: string): StandingSubject {
  const argumentsHash = createHash('sha256')
    .update(JSON.stringify(canonical(args)))
    .digest('hex')
  return { tool: tool.name, argumentsHash, binding }
}

/** The same arguments in another order are the same arguments; nothing else is. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, canonical(each)]))
}

/** Answers `withdrawn` as soon as `signal` aborts, even when what is waited for ignores it. */
async function unlessAborted(signal: AbortSignal, work: Promise<ApprovalAnswer>): Promise<ApprovalAnswer> {
  const { promise: aborted, resolve } = Promise.withResolvers<'withdrawn'>()
  const onAbort = (): void => resolve('withdrawn')
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
