/** The beginning of what a person wrote, in one line: enough to know which message is meant. */
export function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60).toWellFormed()}…` : line
}

/** Each by its first words: `"a", "b" and "c"`. */
export function quoteMessages(messages: readonly { readonly text: string }[]): string {
  const quoted = messages.map((message) => `"${firstWords(message.text)}"`)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`
}
