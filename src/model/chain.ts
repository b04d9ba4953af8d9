import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { modelFailure, whenAgain, type ModelFailure } from './failure.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'

export interface ChainOptions {
  readonly clock: Clock
  readonly log: Log
}

/** Why one failed, and when: it is not asked again for a while. */
interface Rest {
  readonly failure: ModelFailure
  readonly sinceMs: number
  /** Chats that were told, see `withNotes`. */
  readonly told: Set<string>
}

/** `next` is the id of the model that would be asked first now. */
export interface Chain extends Model {
  readonly next: () => string
}

/**
 * Several models as one: the next answers when one cannot, and one that has just failed is left out for a while. What
 * fits the smallest window fits all of them. Fails with PincerError `model` or `stopped`.
 */
export function createChain(models: readonly Model[], options: ChainOptions): Chain {
  const resting = new Map<Model, Rest>()
  // offline reads the newest message alone: behind others its window is no bound.
  const others = models.filter((model) => !isOffline(model))
  const bounding = others.length === 0 ? models : others
  return {
    id: models.map(({ id }) => id).join(', then '),
    get windowTokens() {
      return Math.min(...bounding.map(({ windowTokens }) => windowTokens))
    },
    prepare: (request) => awakeOf(models, resting, options.clock)[0]?.prepare?.(request),
    complete: (request, signal) => completeWithFirst(models, { ...options, resting }, request, signal),
    next: () => (awakeOf(models, resting, options.clock)[0] ?? models[0])?.id ?? '',
  }
}

/** Behind one that may only be stood in for by offline nothing else is asked, also while it rests. */
function awakeOf(models: readonly Model[], resting: ReadonlyMap<Model, Rest>, clock: Clock): readonly Model[] {
  const awake: Model[] = []
  let isOfflineAlone = false
  for (const model of models) {
    const rest = resting.get(model)
    const isAwake = rest === undefined || rest.sinceMs + restMs(rest.failure) <= clock.monotonicMs()
    if (isAwake && (!isOfflineAlone || isOffline(model))) awake.push(model)
    if (!isAwake && rest.failure.next === 'offline') isOfflineAlone = true
  }
  return awake
}

function isOffline({ id }: Model): boolean {
  return id === 'offline'
}

async function completeWithFirst(
  models: readonly Model[],
  { clock, log, resting }: ChainOptions & { readonly resting: Map<Model, Rest> },
  request: ModelRequest,
  signal: AbortSignal,
): Promise<ModelReply> {
  const awake = awakeOf(models, resting, clock)
  let isOfflineAlone = false
  // Where all rest, trying is still better than refusing.
  for (const model of awake.length === 0 ? models : awake) {
    if (isOfflineAlone && !isOffline(model)) continue
    try {
      const reply = await model.complete(request, signal)
      resting.delete(model)
      return isOffline(model) ? withNotes(reply, [...resting.values()], request) : reply
    } catch (error) {
      const failure = modelFailure(error, model.id)
      // A request that this model refuses for what it holds is no reason to ask the others.
      if (failure === undefined || failure.next === 'none') throw error
      if (failure.next === 'offline') {
        if (!models.some(isOffline)) throw error
        isOfflineAlone = true
      }
      log.warn('model', failure.sentence)
      const before = resting.get(model)
      const told = before?.failure.cause === failure.cause ? before.told : new Set<string>()
      resting.set(model, { failure, sinceMs: clock.monotonicMs(), told })
    }
  }
  const failed = models.flatMap((model) => {
    const rest = resting.get(model)
    return rest === undefined ? [] : [{ id: model.id, ...rest }]
  })
  throw new PincerError('model', allFailed(failed, clock.monotonicMs()))
}

/** A chat is told once of what somebody must mend: else offline would answer for weeks and nobody would know why. */
function withNotes(reply: ModelReply, rests: readonly Rest[], { chat, tools }: ModelRequest): ModelReply {
  // Where it only calls tools, the words come with a later reply. Without tools nobody asked: this is a summary.
  if (chat === undefined || tools.length === 0 || reply.toolCalls.length > 0) return reply
  const key = JSON.stringify([chat.channel, chat.chat])
  const news = rests.filter(({ failure, told }) => failure.next === 'offline' && !told.has(key))
  if (news.length === 0) return reply
  for (const { told } of news) told.add(key)
  const why = news.map(({ failure }) => failure.sentence).join(' ')
  return { ...reply, text: `${reply.text}\n\n(offline answered. ${why})` }
}

function restMs({ cause, next, retryAfterMs }: ModelFailure): number {
  const needsHelp = cause === 'money' || cause === 'daily-quota' || next === 'offline'
  return Math.max(retryAfterMs ?? 0, needsHelp ? limits.modelQuotaRestMs : limits.modelRestMs)
}

function allFailed(failed: readonly (Rest & Pick<Model, 'id'>)[], nowMs: number): string {
  const [first] = failed
  if (first !== undefined && failed.length === 1) return first.failure.sentence
  const list = failed.map(({ id, failure }) => `${id} (${failure.inShort})`).join(', ')
  return `No model could answer: ${list}. ${advice(failed, nowMs)}`
}

function advice(rests: readonly Rest[], nowMs: number): string {
  if (rests.every(({ failure }) => failure.cause === 'network')) return 'Check the network of this board.'
  if (!rests.some(({ failure }) => failure.mayRetry)) return 'Choose another with /model.'
  const waitsMs = rests.flatMap(({ failure: { retryAfterMs }, sinceMs }) =>
    retryAfterMs === undefined ? [] : [sinceMs + retryAfterMs - nowMs],
  )
  return `Try again ${whenAgain(waitsMs.length === 0 ? undefined : Math.min(...waitsMs))}.`
}
