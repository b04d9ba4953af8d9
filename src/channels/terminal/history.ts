import fs from 'node:fs'
import { diskError, readIfThere, replaceFile } from '../../files.ts'
import { limits } from '../../limits.ts'
import type { Redact } from '../../log.ts'

/** What a person typed before, newest first, each line once, as readline wants it. An unreadable file is an empty history. */
export async function loadHistory(path: string): Promise<string[]> {
  const lines = await readLines(path).catch(() => [])
  return [...new Set(lines.toReversed())].slice(0, limits.terminalHistoryLinesMax)
}

/**
 * Adds what was typed in this chat, oldest first. Once, on leaving: a history is not worth a flash write for each line.
 * Appended, since two chats attached to one daemon may well leave together. Rejects with `disk`.
 */
export async function addToHistory(path: string, typed: readonly string[]): Promise<void> {
  const before = await readLines(path)
  const all = [...before, ...typed]
  if (all.length > 2 * limits.terminalHistoryLinesMax) {
    await replaceFile(path, textOf(all.slice(-limits.terminalHistoryLinesMax)))
    return
  }
  try {
    await fs.promises.appendFile(path, textOf(typed), { mode: 0o600 })
  } catch (error) {
    throw diskError('write', path, error)
  }
}

/** Secrets, line breaks and very long lines are not kept. */
export function mayRemember(line: string, redact: Redact): boolean {
  return line.length <= limits.terminalHistoryLineCharsMax && !line.includes('\n') && redact(line) === line
}

async function readLines(path: string): Promise<string[]> {
  const content = await readIfThere(path)
  return (content ?? '').split('\n').filter((line) => line !== '')
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
