import { readIfThere, replaceFile } from '../../files.ts'
import { limits } from '../../limits.ts'
import type { Redact } from '../../log.ts'

/** What a person typed before, newest first, as readline wants it. An unreadable file is an empty history. */
export async function loadHistory(path: string): Promise<string[]> {
  const content = await readIfThere(path).catch(() => undefined)
  if (content === undefined) return []
  return content
    .split('\n')
    .filter((line) => line !== '')
    .slice(-limits.terminalHistoryLinesMax)
    .toReversed()
}

/** Written once, on leaving: a history is not worth a flash write for each line. Rejects with `disk`. */
export async function saveHistory(path: string, newestFirst: readonly string[]): Promise<void> {
  const lines = newestFirst.slice(0, limits.terminalHistoryLinesMax).toReversed()
  await replaceFile(path, lines.map((line) => `${line}\n`).join(''))
}

/** Secrets, line breaks and very long lines are not kept. */
export function mayRemember(line: string, redact: Redact): boolean {
  return line.length <= limits.terminalHistoryLineCharsMax && !line.includes('\n') && redact(line) === line
}
