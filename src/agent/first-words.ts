import { limits } from '../limits.ts'
import { shortLine } from '../short-text.ts'

/** The beginning of what a person wrote, in one line: enough to know which message is meant. */
export function firstWords(text: string): string {
  return shortLine(text, limits.firstWordsCharsMax)
}

/** Each by its first words: `"a", "b" and "c"`. */
export function quoteMessages(messages: readonly { readonly text: string }[]): string {
  const quoted = messages.map((message) => `"${firstWords(message.text)}"`)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`
}
