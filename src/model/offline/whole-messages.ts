import type { Token } from './lexer.ts'
import type { Parsed } from './parsed.ts'
import type { Vocabulary } from './symbols.ts'
import { articles, greetings, politeWords } from './words.ts'

const helpTexts: ReadonlySet<string> = new Set([
  '',
  'help',
  'help me',
  'commands',
  'what can you do',
  'what can i do',
  'what can i say',
  'what do you understand',
  'who are you',
  'what are you',
  'what is this',
  'how do you work',
])
const statusTexts: ReadonlySet<string> = new Set([
  'status',
  'status report',
  'show status',
  'show me status',
  'read status',
  'what is status',
  'how are you',
  'devices',
  'list',
  'list devices',
  'list all',
  'list all devices',
  'show devices',
  'what devices are there',
  'which devices are there',
  'what devices do you have',
  'which devices do you have',
  'what do you have',
  'what is on',
  'what is off',
  'is anything on',
])

/** Messages that are read as one: help, status, greetings. `undefined` for all others. */
export function wholeMessage(tokens: readonly Token[], vocabulary: Vocabulary): Parsed | undefined {
  if (tokens.some((token) => token.form === 'name' || token.joined)) return undefined
  const words = tokens.map((token) => token.word).filter((word) => word !== ',' && !politeWords.includes(word))
  const named = vocabulary.deviceNames.some((device) => device.words.length === 1 && words.includes(device.name))
  const greeting = words.length > 0 && words.every((word) => greetings.includes(word))
  if (greeting && !named) return { kind: 'greeting', thanks: words.some((word) => word.startsWith('thank')) }
  const text = words.filter((word) => !articles.includes(word)).join(' ')
  if (text === 'help') return { kind: 'help' }
  if (text === 'status') return { kind: 'status' }
  if (named) return undefined
  const afterGreeting = words.slice(words.findIndex((word) => !greetings.includes(word)))
  const rest = afterGreeting.filter((word) => !articles.includes(word)).join(' ')
  for (const each of [text, rest]) {
    if (helpTexts.has(each)) return { kind: 'help' }
    if (statusTexts.has(each)) return { kind: 'status' }
  }
  return undefined
}
