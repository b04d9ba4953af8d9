export interface Completions {
  /** With their slash. */
  readonly commands: readonly string[]
  readonly devices: readonly string[]
}

/** For readline: a first word with a slash is a command, any other word a device. Answers the hits and the word. */
export function completeWord(line: string, completions: Completions): [string[], string] {
  const word = /\S*$/.exec(line)?.[0] ?? ''
  const isCommand = word.startsWith('/') && word.length === line.length
  const candidates = isCommand ? completions.commands : completions.devices
  // An empty word would list every device at each stray tab.
  if (word === '') return [[], word]
  return [candidates.filter((candidate) => candidate.startsWith(word)), word]
}
