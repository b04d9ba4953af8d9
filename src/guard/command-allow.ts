/** Letters that mean nothing to a shell. A list of what is harmless cannot forget what is not. */
const plain = /^[\w@%+=:,./ \t-]*$/

/**
 * Whether the words of a command begin with those of an entry of `shell.allow`. A command, or an entry, with anything
 * in it that a shell would interpret never does; neither does one that begins with an assignment.
 */
export function isAllowedCommand(command: string, allow: readonly string[]): boolean {
  const words = plainWords(command)
  if (words === undefined) return false
  return allow.some((entry) => plainWords(entry)?.every((word, index) => words[index] === word) ?? false)
}

function plainWords(text: string): readonly string[] | undefined {
  if (!plain.test(text)) return undefined
  const words = text.split(/[ \t]+/).filter((word) => word !== '')
  const [first] = words
  return first === undefined || first.includes('=') ? undefined : words
}
