import { sourcesText } from '../guard/sources.ts'
import type { Message } from '../model/model.ts'
import type { StoredTurn } from './stored-turn.ts'

/**
 * The mark of text from outside. A message that has it (`foreign`) holds such text, or was written by the model with such
 * text in view; what it says is whence that came. Here is decided how long marked text is sent at all.
 */

/** What somebody wrote; `foreign` where these are not an owner's own words. */
export interface Words {
  readonly text: string
  readonly foreign?: string
}

export function marked<T extends object>(message: T, foreign: string | undefined): T & { readonly foreign?: string } {
  return foreign === undefined ? message : { ...message, foreign }
}

/** Whence all that is marked among these came; undefined where nothing is. */
export function marksOf(messages: readonly Message[]): string | undefined {
  const sources = messages.flatMap(({ foreign }) => (foreign === undefined ? [] : [foreign]))
  return sources.length === 0 ? undefined : sourcesText(sources)
}

/**
 * What is sent of the turns of a chat: of a turn that has ended no result from outside any more; marked words of people
 * and of the model for one turn longer, and then no word of those either. What the model wrote meanwhile, with nothing
 * but such words in view, goes with them, else the last of them would keep the next in view for ever. So two turns after
 * text from outside came in, nothing of it is sent, and nothing that was written under its eyes.
 */
export function sentTurns(turns: readonly StoredTurn[]): readonly StoredTurn[] {
  return turns.map((turn, index) => {
    if (!turn.messages.some(isMarked)) return turn
    const cut = cutTurns.get(turn) ?? {
      first: cutTurn(turn, turn.messages.some(bringsIn)),
      later: cutTurn(turn, false),
    }
    cutTurns.set(turn, cut)
    return index === turns.length - 1 ? cut.first : cut.later
  })
}

/** The same turn must be the same object each time: it is measured once. */
const cutTurns = new WeakMap<StoredTurn, { readonly first: StoredTurn; readonly later: StoredTurn }>()

/** These lines take the place of marked text, so they hold nothing that anybody outside could have chosen. */
const ownWordsLine = '[What you said and did here was written with text from outside in view, and is not shown again.]'
const wordsLine = '[A message from outside stood here, and is not shown again.]'

function cutTurn(turn: StoredTurn, keepsWords: boolean): StoredTurn {
  const messages: Message[] = []
  /** Calls that were cut take their results with them: these repeat what was called. */
  let dropsResults = false
  for (const message of turn.messages) {
    switch (message.role) {
      case 'user':
        messages.push(keepsWords || !isMarked(message) ? message : { role: 'user', text: wordsLine })
        break
      case 'assistant': {
        const last = messages.at(-1)
        const cuts = isMarked(message) && !keepsWords
        if (!cuts) messages.push(message)
        else if (!(dropsResults && last?.role === 'assistant')) {
          messages.push({ role: 'assistant', text: ownWordsLine, toolCalls: [] })
        }
        dropsResults = cuts
        break
      }
      case 'tool':
        if (!dropsResults) messages.push(isMarked(message) ? withoutResult(message) : message)
    }
  }
  return { ...turn, messages }
}

/** Neither the address nor the path that was asked for: a model can have taken it from the text before. */
function withoutResult({ role, callId, name, failed, text }: Message & { readonly role: 'tool' }): Message {
  const line = `[${text.length} characters from outside, not kept: call again to see them.]`
  return { role, callId, name, failed, text: line }
}

function isMarked({ foreign }: Message): boolean {
  return foreign !== undefined
}

function bringsIn(message: Message): boolean {
  return message.role !== 'assistant' && isMarked(message)
}
