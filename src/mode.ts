import { fstatSync } from 'node:fs'
import type { Command } from './command-line.ts'

/** How this process talks: served here, or attached to the process that serves the home. */
export type Mode =
  | { readonly kind: 'interactive' }
  | { readonly kind: 'piped' }
  | { readonly kind: 'once'; readonly text: string }
  | { readonly kind: 'run' }

export function modeOf(
  command: Exclude<Command, { readonly name: 'status' | 'jobs' | 'trigger' | 'send' | 'pair' | 'safe-state' }>,
  terminal: { readonly reads: boolean; readonly writes: boolean },
): Mode {
  if (command.name === 'run') return { kind: 'run' }
  if (command.name === 'chat' && command.text !== undefined) return { kind: 'once', text: command.text }
  if (terminal.reads && terminal.writes) return { kind: 'interactive' }
  if (command.name === 'chat' || terminal.reads || hasInput()) return { kind: 'piped' }
  return { kind: 'run' }
}

/** A pipe, a file or a socket brings lines; /dev/null, as under systemd, and a closed input do not. */
function hasInput(): boolean {
  try {
    const stat = fstatSync(0)
    return stat.isFIFO() || stat.isFile() || stat.isSocket()
  } catch {
    return false
  }
}
