import { lex, type Token } from './lexer.ts'
import type { OfflineDevice, Parsed } from './parsed.ts'
import { afterComma } from './plan-cuts.ts'
import { aboutJobs } from './plan-jobs.ts'
import { laterOrder, type ReadPresent } from './plan-order.ts'
import { laterSpeech } from './plan-speech.ts'
import { vocabularyOf } from './symbols.ts'
import { politeWords } from './words.ts'

/**
 * A message about what is to be done later: an order as `present` reads it and one time for it, something to be said, or
 * a word on the jobs that there are. `undefined` for all other messages.
 */
export function parsePlan(text: string, devices: readonly OfflineDevice[], present: ReadPresent): Parsed | undefined {
  const sentences = lex(text, new Set(devices.map(({ name }) => name)))
  const [sentence] = sentences
  if (sentence === undefined || sentences.length > 1) return undefined
  const tokens = withoutPoliteness(sentence.tokens)
  const names = new Set(devices.flatMap(({ name }) => name.split(/[-_]/)))
  const jobs = aboutJobs(tokens, names, sentence.question)
  if (jobs !== undefined || sentence.question) return jobs
  const message = { text, tokens, names, vocabulary: vocabularyOf(devices) }
  return laterSpeech(message) ?? laterOrder(message, devices, present)
}

function withoutPoliteness(tokens: readonly Token[]): readonly Token[] {
  const words = tokens.filter(({ form, joined, word }) => form === 'name' || joined || !politeWords.includes(word))
  return words.slice(afterComma(words, 0), words.at(-1)?.word === ',' ? -1 : undefined)
}
