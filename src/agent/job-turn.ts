import { isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Model } from '../model/model.ts'
import { spentTokens } from '../model/reply-tokens.ts'
import { wrapModel } from '../model/wrapped-model.ts'
import type { Job, RunOutcome } from '../schedule/job.ts'
import type { CallOrigin } from '../tools/registry.ts'
import { marked, type Words } from './marks.ts'
import type { Turn } from './turn.ts'

export interface JobTurnParts {
  readonly model: Model
  /** Clock and readings of this moment. */
  readonly context: () => string
  /** A turn without a history, as the chat of this origin would have one. */
  readonly begin: (turn: JobTurn) => Promise<Pick<Turn, 'run' | 'withChanges' | 'hasChanged'>>
}

interface JobTurn {
  readonly model: Model
  /** The task. */
  readonly words: Words
  readonly context: () => string
  readonly origin: CallOrigin
}

/** The task of a job in one turn that knows nothing of the chat, with a token budget of its own. */
export async function askInTurn(
  job: Pick<Job, 'id' | 'name' | 'quiet' | 'foreign'>,
  task: string,
  origin: CallOrigin,
  { model, context, begin }: JobTurnParts,
): Promise<RunOutcome> {
  const turn = await begin({
    model: bounded(model, limits.jobAskTokensMax),
    words: marked({ text: task }, job.foreign),
    context: () => `${context()} ${circumstances(job)}`,
    origin,
  })
  try {
    const { text, failed } = await turn.run()
    if (failed) return { kind: 'failed', why: text }
    return job.quiet && isNothing(text) ? { kind: 'done' } : { kind: 'done', said: text }
  } catch (error) {
    if (!isPincerError(error) || error.code !== 'stopped') throw error
    return { kind: 'failed', why: turn.withChanges('It was stopped.') }
  }
}

/** Behind the task, where the clock stands, so that the system prompt stays the same for provider caches. */
function circumstances({ id, name, quiet }: Pick<Job, 'id' | 'name' | 'quiet'>): string {
  const title = name === undefined ? `job ${id}` : `job ${id} (${name})`
  const silence = quiet ? ` If there is nothing worth posting, answer exactly ${nothing}.` : ''
  return `[This is ${title}, planned earlier: do it now and alone, nobody can answer questions. What you answer is posted in the chat.${silence}]`
}

const nothing = 'NOTHING'

/** Models put a full stop behind it, or make it bold. */
function isNothing(text: string): boolean {
  return text.replaceAll(/[^a-z]/gi, '').toUpperCase() === nothing
}

/** Fails with `model` once so many tokens are used; a call that runs then still ends. */
function bounded(model: Model, tokensMax: number): Model {
  let used = 0
  return wrapModel(model, async (request, signal) => {
    if (used >= tokensMax) {
      const sentence = `It has used ${used} tokens, at most ${tokensMax} are for one run: give it a smaller task.`
      throw new PincerError('model', sentence)
    }
    const reply = await model.complete(request, signal)
    used += spentTokens(reply.usage)
    return reply
  })
}
