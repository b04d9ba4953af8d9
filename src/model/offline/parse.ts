import { limits } from '../../limits.ts'
import { meaningsOf } from './clauses.ts'
import { lex, type Sentence, type Token } from './lexer.ts'
import { meaningOf, type Meaning, type SentenceMeaning } from './meaning.ts'
import { nearestForm, offerText } from './nearest.ts'
import { actsOnOutput, callKey, type OfflineCall, type OfflineDevice, type Parsed } from './parsed.ts'
import { withoutCourtesy } from './courtesy.ts'
import { parsePlan } from './plan.ts'
import { isAboutLater, laterExamples } from './plan-examples.ts'
import { putOtherwise } from './plan-otherwise.ts'
import { readings, vocabularyOf, type Vocabulary } from './symbols.ts'
import { wholeMessage } from './whole-messages.ts'

/**
 * Reads one message by the offline grammar. It is `calls` only when every word of it was understood in exactly one way;
 * questions, negations and conditions never act. Pure: the same text and devices give the same answer.
 */
export function parseOffline(text: string, devices: readonly OfflineDevice[]): Parsed {
  const parse = (each: string): Parsed | undefined => parsePlan(each, devices, parsePresent)
  const parsed = parse(text) ?? parsePresent(text, devices)
  if (parsed.kind !== 'unclear' || !isAboutLater(text)) return parsed
  const otherwise = putOtherwise(text, parse)
  if (otherwise !== undefined || parsed.examples !== undefined || parse(parsed.nearest) !== undefined)
    return otherwise ?? parsed
  return { ...parsed, examples: laterExamples(text, devices) }
}

function parsePresent(text: string, devices: readonly OfflineDevice[]): Parsed {
  const vocabulary = vocabularyOf(devices)
  const sentences = lex(text, new Set(vocabulary.devices.keys()))
  const tokens = sentences.flatMap((sentence) => sentence.tokens)
  const whole = wholeMessage(tokens, vocabulary)
  if (whole !== undefined) return whole
  const refused = (reason: string, offer: string): Parsed => ({
    kind: 'unclear',
    notUnderstood: excerpt(text),
    reason,
    nearest: offer,
  })
  if (devices.length === 0) return refused('No devices are configured.', 'help')
  if (tokens.length > limits.offlineWordsMax) return refused('That is more than I can read at once.', 'help')

  const meanings = sentences.map((sentence) => sentenceMeanings(sentence.tokens, sentence.question, vocabulary))
  const failed = meanings.findIndex((each) => each.length === 0)
  const failedSentence: Sentence | undefined = sentences[failed]
  if (failedSentence !== undefined) {
    const { notUnderstood, reason, nearest } = nearestForm(text, failedSentence, vocabulary, bestMeaning)
    return { kind: 'unclear', notUnderstood: excerpt(notUnderstood), reason, nearest }
  }
  const combined = combinations(meanings)
  if (combined === undefined) return refused('I can read that in too many ways.', 'help')
  const distinct = distinctMeanings(combined, vocabulary)
  const only = distinct.length === 1 ? distinct[0] : mergedReads(distinct)
  if (only === undefined) {
    const ways = distinct.slice(0, 2).map((meaning) => `"${offerText(offerOf(meaning))}"`)
    return refused(`I can read that in more than one way: ${ways.join(' or ')}.`, offerText(offerOf(distinct[0])))
  }
  if (only.kind === 'refused') return refused(only.reason, offerText(only.offer))
  if (only.calls.length === 0) return refused('That does not say what to do.', 'help')
  return only
}

function sentenceMeanings(tokens: readonly Token[], question: boolean, vocabulary: Vocabulary): SentenceMeaning[] {
  return readings(tokens, vocabulary).flatMap((symbols) => {
    const rest = withoutCourtesy(symbols)
    if (rest.length === 0) return [{ clauses: [], question }]
    return meaningsOf(rest, question).map((clauses) => ({ clauses, question }))
  })
}

/** What part of a sentence would mean alone, for the nearest form. */
function bestMeaning(tokens: readonly Token[], vocabulary: Vocabulary): readonly OfflineCall[] {
  for (const sentence of sentenceMeanings(tokens, false, vocabulary)) {
    const calls = offerOf(meaningOf([sentence], vocabulary))
    if (calls.length > 0) return calls
  }
  return []
}

/** One meaning of each sentence, in every combination; `undefined` when these are too many to compare. */
function combinations(
  meanings: readonly (readonly SentenceMeaning[])[],
): readonly (readonly SentenceMeaning[])[] | undefined {
  let combined: readonly (readonly SentenceMeaning[])[] = [[]]
  for (const each of meanings) {
    if (combined.length * each.length > limits.offlineReadingsMax) return undefined
    combined = combined.flatMap((before) => each.map((meaning) => before.concat([meaning])))
  }
  return combined
}

function distinctMeanings(
  combined: readonly (readonly SentenceMeaning[])[],
  vocabulary: Vocabulary,
): readonly Meaning[] {
  const distinct = new Map<string, Meaning>()
  for (const sentences of combined) {
    const meaning = meaningOf(sentences, vocabulary)
    const key = meaning.kind === 'calls' ? meaning.calls.map(callKey).join('\n') : meaning.reason
    if (!distinct.has(key)) distinct.set(key, meaning)
  }
  return [...distinct.values()]
}

/** Readings do no harm: where the words may mean several, all are read. `undefined` when one of them acts. */
function mergedReads(meanings: readonly Meaning[]): Meaning | undefined {
  const calls = meanings.flatMap(offerOf)
  if (calls.some(actsOnOutput) || calls.length === 0) return undefined
  const notes = meanings.flatMap((meaning) => (meaning.kind === 'calls' ? meaning.notes : []))
  const everything = calls.find((call) => call.kind === 'read' && call.name === undefined)
  const merged = [...new Map(calls.map((call) => [callKey(call), call])).values()]
  return { kind: 'calls', calls: everything === undefined ? merged : [everything], notes }
}

function offerOf(meaning: Meaning | undefined): readonly OfflineCall[] {
  if (meaning === undefined) return []
  return meaning.kind === 'calls' ? meaning.calls : meaning.offer
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > limits.offlineExcerptCharsMax ? `${line.slice(0, limits.offlineExcerptCharsMax - 1)}…` : line
}
