import { limits } from '../../limits.ts'
import { nearest } from '../../nearest.ts'
import type { Sentence, Token } from './lexer.ts'
import { actsOnOutput, type OfflineCall } from './parsed.ts'
import { renderCalls } from './render.ts'
import { whatFits } from './settings.ts'
import { symbolsAt, type Vocabulary } from './symbols.ts'
import { isNegation } from './words.ts'

/** What a run of tokens would mean as a message of its own; empty when nothing. */
type MeaningOfPart = (tokens: readonly Token[], vocabulary: Vocabulary) => readonly OfflineCall[]

interface NearestForm {
  readonly notUnderstood: string
  readonly reason: string | undefined
  readonly nearest: string
}

/** Orders in words that the grammar does not have; used for the offer alone. */
const otherVerbs: ReadonlyMap<string, 'on' | 'off'> = new Map([
  ...['start', 'enable', 'activate', 'run'].map((verb) => [verb, 'on'] as const),
  ...['stop', 'disable', 'deactivate', 'kill', 'halt'].map((verb) => [verb, 'off'] as const),
])
const commonSlips =
  'turn switch toggle read show everything what the and for off temperature percent seconds minute minutes hour hours'.split(
    ' ',
  )

/** What of a sentence was not understood, and the nearest message that would be: a slip mended, or its longest part. */
export function nearestForm(
  text: string,
  sentence: Sentence,
  vocabulary: Vocabulary,
  meaningOfPart: MeaningOfPart,
): NearestForm {
  const { tokens } = sentence
  const mended = mend(tokens, vocabulary)
  const mendedCalls = mended.slips.length === 0 ? [] : meaningOfPart(mended.tokens, vocabulary)
  if (mendedCalls.length > 0) {
    const notUnderstood = mended.slips.map((slip) => text.slice(slip.start, slip.end)).join(' ... ')
    return { notUnderstood, reason: undefined, nearest: offerText(fitting(mendedCalls, sentence)) }
  }
  for (let length = Math.min(tokens.length - 1, limits.offlineNearestWordsMax); length > 0; length--) {
    for (let start = 0; start + length <= tokens.length; start++) {
      const calls = meaningOfPart(tokens.slice(start, start + length), vocabulary)
      if (calls.length === 0) continue
      const switched = badState(sentence, calls, vocabulary)
      if (switched !== undefined) return { notUnderstood: text, ...switched }
      const left = [partOf(text, tokens.slice(0, start)), partOf(text, tokens.slice(start + length))]
      return {
        notUnderstood: left.filter((part) => part !== '').join(' ... '),
        reason: undefined,
        nearest: offerText(fitting(withVerb(calls, tokens, vocabulary), sentence)),
      }
    }
  }
  const unknown = tokens.filter((_, at) => symbolsAt(tokens, at, vocabulary).length === 0)
  const parts = unknown.length === 0 ? [partOf(text, tokens)] : runsOf(tokens, unknown).map((run) => partOf(text, run))
  return { notUnderstood: parts.join(' ... '), reason: undefined, nearest: 'help' }
}

/** Neighbours of `tokens` that are all in `some`, as they stand. */
function runsOf(tokens: readonly Token[], some: readonly Token[]): readonly (readonly Token[])[] {
  const runs: Token[][] = []
  tokens.forEach((token, at) => {
    if (!some.includes(token)) return
    const before = tokens[at - 1]
    if (before !== undefined && some.includes(before)) runs.at(-1)?.push(token)
    else runs.push([token])
  })
  return runs
}

/** `set lamp to 50`: of the whole order no more is understood than what it is about. */
function badState(
  { tokens, question }: Sentence,
  calls: readonly OfflineCall[],
  vocabulary: Vocabulary,
): Pick<NearestForm, 'reason' | 'nearest'> | undefined {
  const [call] = calls
  if (tokens[0]?.word !== 'set' || question || tokens.some((token) => isNegation(token.word))) return undefined
  if (calls.length > 1 || call?.kind !== 'read' || call.name === undefined) return undefined
  if (vocabulary.devices.get(call.name)?.output !== true) {
    return { reason: `${call.name} cannot be switched, only read.`, nearest: offerText(calls) }
  }
  const { reason, offer } = whatFits(call.name, vocabulary)
  return { reason, nearest: offerText([offer]) }
}

export function offerText(calls: readonly OfflineCall[]): string {
  return calls.length === 0 ? 'help' : renderCalls(calls)
}

/** Beside a negation or in a real question the nearest form is a reading: nobody asked for the action. */
function fitting(calls: readonly OfflineCall[], { tokens, question }: Sentence): readonly OfflineCall[] {
  const asksToAct = ['can', 'could', 'would', 'will'].includes(tokens[0]?.word ?? '')
  const stopsDevice = otherVerbs.has(tokens[0]?.word ?? '')
  const turned = tokens.some((token, index) => isNegation(token.word) && !(index === 0 && stopsDevice))
  const reads = turned || (question && !asksToAct)
  if (!reads) return calls
  const names = [...new Set(calls.map((call) => call.name))]
  return names.map((name) => ({ kind: 'read', name }))
}

/** `start the fan`: its longest part is `the fan`, what was wanted is `turn on fan`. */
function withVerb(
  calls: readonly OfflineCall[],
  tokens: readonly Token[],
  vocabulary: Vocabulary,
): readonly OfflineCall[] {
  const value = otherVerbs.get(tokens[0]?.word ?? '')
  if (value === undefined || calls.some(actsOnOutput)) return calls
  return calls.map((call) =>
    call.name !== undefined && vocabulary.devices.get(call.name)?.output === true
      ? { kind: 'set', name: call.name, value, forMs: undefined }
      : call,
  )
}

function mend(tokens: readonly Token[], vocabulary: Vocabulary): { readonly tokens: Token[]; readonly slips: Token[] } {
  const words = [vocabulary.deviceNames, vocabulary.quantityNames].flat().flatMap((name) => name.words)
  const candidates = [...words, ...commonSlips].filter((word) => word.length >= 3)
  const namedWords = new Set(words)
  const slips: Token[] = []
  const mended = tokens.map((token, at) => {
    const known = namedWords.has(token.word) || symbolsAt(tokens, at, vocabulary).length > 0
    if (known || token.form === 'name' || token.word.length < 3 || isNegation(token.word)) return token
    const word = nearest(token.word, candidates)
    if (word === undefined) return token
    slips.push(token)
    return { ...token, word }
  })
  return { tokens: mended, slips }
}

function partOf(text: string, tokens: readonly Token[]): string {
  const first = tokens[0]
  const last = tokens.at(-1)
  if (first === undefined || last === undefined) return ''
  return text.slice(first.start, last.end).replaceAll(/^[\s,]+|[\s,]+$/g, '')
}
