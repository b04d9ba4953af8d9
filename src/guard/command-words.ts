import { limits } from '../limits.ts'

/** One simple command of a shell text: its words in lower case, without quotes, wrappers and assignments before it. */
export type Words = readonly string[]

/**
 * The simple commands in a shell text, read loosely: tricks of quoting, case and spacing come out as the same words,
 * and what stands behind a wrapper (`env`, `nice`, `sh -c`) counts as a command too. This is no shell: it errs.
 */
export function simpleCommands(text: string): readonly Words[] {
  return plainText(runsText(text) ? text : withoutDocuments(text).replaceAll(quoted, withoutMeaning))
    .split(/[;&|(){}<>`\n]|\$\(/)
    .map((part) => part.split(/\s+/).filter((word) => word !== ''))
    .flatMap((words) => commandsIn(words, limits.commandWrappersMax))
}

/** Whether a command is taken as text: what stands in quotes, or in a document here, is then no mere word. */
function runsText(text: string): boolean {
  return /\beval\b|sh['"]?\s+(?:-\S+\s+){0,8}-\w*c/i.test(text) || text.split('\n').some(feedsShell)
}

/** `sh <<EOF`, `cat <<EOF | sh`. */
function feedsShell(line: string): boolean {
  const document = line.indexOf('<<')
  if (document === -1) return false
  const shells = [...line.matchAll(/sh\b/gi)].map(({ index }) => index)
  const pipe = line.indexOf('|', document)
  return (shells[0] ?? Infinity) < line.lastIndexOf('<<') || (pipe !== -1 && (shells.at(-1) ?? -1) > pipe)
}

/** Without `<<EOF` and the lines up to `EOF`; the rest of the first line is a command still. Each line is read once. */
function withoutDocuments(text: string): string {
  const lines = text.split('\n')
  const lastAt = new Map(lines.map((line, at) => [line.trimStart(), at]))
  const kept: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const openers = [...line.matchAll(/<<-?\s*(['"]?)(\w+)\1/g)]
    const opener = openers.find(({ 2: word = '' }) => (lastAt.get(word) ?? -1) > at)
    if (opener === undefined) {
      kept.push(line)
      continue
    }
    const { 0: whole, 2: word, index } = opener
    kept.push(`${line.slice(0, index)} ${line.slice(index + whole.length)} `)
    do at++
    while (lines[at]?.trimStart() !== word)
  }
  return kept.join('\n')
}

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

function commandsIn(words: readonly string[], levels: number): readonly Words[] {
  const start = words.findIndex((word) => !/^[a-z_]\w*\+?=/.test(word))
  const command = start === -1 ? [] : words.slice(start)
  const [first, ...rest] = command
  if (first === undefined) return []
  const named = [baseName(first), ...rest]
  if (levels === 0) return [named]
  if (wrappers.has(baseName(first))) {
    const next = rest.findIndex((word) => !/^(?:-|\d)/.test(word))
    return [named, ...(next === -1 ? [] : commandsIn(rest.slice(next), levels - 1))]
  }
  // find runs a command in the middle of its own words.
  const inner = rest.findIndex((word) => wrappers.has(word) && word.startsWith('-'))
  return [named, ...(inner === -1 ? [] : commandsIn(rest.slice(inner), levels - 1))]
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}
