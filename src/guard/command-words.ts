/** One simple command of a shell text: its words in lower case, without quotes, wrappers and assignments before it. */
export type Words = readonly string[]

/**
 * The simple commands in a shell text, read loosely: tricks of quoting, case and spacing come out as the same words,
 * and what stands behind a wrapper (`env`, `nice`, `sh -c`) counts as a command too. This is no shell: it errs.
 */
export function simpleCommands(text: string): readonly Words[] {
  return plainText(runsText.test(text) ? text : text.replaceAll(document, ' $3 ').replaceAll(quoted, withoutMeaning))
    .split(/[;&|(){}<>`\n]|\$\(/)
    .map((part) => part.split(/\s+/).filter((word) => word !== ''))
    .flatMap(commandsIn)
}

/** These take a command as text: what stands in quotes, or in a document here, is then no mere word. */
const runsText = /\beval\b|sh['"]?\s+(?:-\S+\s+)*-\w*c|sh\b[^\n]*<<|<<[^\n]*\|[^\n]*sh\b/i

/** `<<EOF` and the lines up to `EOF`; the rest of the first line is a command still. */
const document = /<<-?\s*(['"]?)(\w+)\1([^\n]*)\n(?:[^\n]*\n)*?\s*\2(?=\n|$)/g

const quoted = /'[^']*'|"(?:[^"\\]|\\.)*"/gs

/** Signs in quotes separate nothing; but a command substitution in double quotes is run. */
function withoutMeaning(text: string): string {
  return text.startsWith('"') && /`|\$\(/.test(text) ? text : text.replaceAll(/[;&|(){}<>`\n]/g, ' ')
}

/** Lower case, one blank between words, quotes and escapes gone. */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('\\\n', '')
    .replaceAll(/\$\{(\w+)\}/g, '$$$1')
    .replaceAll(/\$ifs(?:\$\d)?/g, ' ')
    .replaceAll(/\$?['"]/g, '')
    .replaceAll('\\', '')
    .replaceAll(/[^\S\n]+/g, ' ')
}

/** What only starts another command: its options and numbers are skipped, and what follows is a command again. */
const wrappers: ReadonlySet<string> = new Set(
  `env nice ionice nohup time timeout setsid stdbuf xargs exec eval command builtin busybox sh bash dash ash zsh ksh
  if then else elif while until do ! coproc -exec -execdir -ok`.split(/\s+/),
)

function commandsIn(words: readonly string[]): readonly Words[] {
  const start = words.findIndex((word) => !/^[a-z_]\w*\+?=/.test(word))
  const command = start === -1 ? [] : words.slice(start)
  const [first, ...rest] = command
  if (first === undefined) return []
  const named = [baseName(first), ...rest]
  if (wrappers.has(baseName(first))) {
    const next = rest.findIndex((word) => !/^(?:-|\d)/.test(word))
    return [named, ...(next === -1 ? [] : commandsIn(rest.slice(next)))]
  }
  // find runs a command in the middle of its own words.
  const inner = rest.findIndex((word) => wrappers.has(word) && word.startsWith('-'))
  return [named, ...(inner === -1 ? [] : commandsIn(rest.slice(inner)))]
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}
