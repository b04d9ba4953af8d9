import fs from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { bubblewrapProgram } from '../../src/app-shell.ts'
import { createSystemClock } from '../../src/clock.ts'
import { Bubblewrap } from '../../src/guard/bubblewrap.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { createShellTool } from '../../src/tools/shell.ts'
import { cameOut } from './canary-watch.ts'
import { toolContext } from './tool-context.ts'

export interface EscapeShell {
  /** The answer of the real tool, with the real sandbox. */
  run(command: string, more?: { readonly timeoutS?: number; readonly signal?: AbortSignal }): Promise<string>
}

/** `program`: another one in the place of bubblewrap. */
export async function createEscapeShell(
  workspace: string,
  options: { readonly program?: string; readonly network?: boolean; readonly onProgress?: (line: string) => void } = {},
): Promise<EscapeShell> {
  const { program = bubblewrapProgram, network = false } = options
  const clock = createSystemClock()
  const opened = await openWorkspace({ root: workspace })
  const tool = createShellTool({
    settings: { policy: 'allow', allow: [], deny: [], network, timeoutMs: 60_000 },
    workspace: opened,
    clock,
    origins: { everythingIsOurs: () => Promise.resolve(true), recordChanges: () => Promise.resolve() },
    sandbox: new Bubblewrap({ program, workspace: opened.root, network, timezone: 'UTC', clock }),
  })
  return {
    async run(command, { timeoutS, signal = new AbortController().signal } = {}) {
      const args = timeoutS === undefined ? { command } : { command, timeout_s: timeoutS }
      const progress = (line: string): void => options.onProgress?.(cameOut('a line of a command', line))
      return cameOut('a command', await tool.run(v.parse(tool.arguments, args), toolContext({ signal, progress })))
    },
  }
}

/**
 * Bubblewrap with something of what it is told taken away or added: a program for the place of it. `words`: lines of
 * bash over the array `words`, which holds its options.
 */
export function weakBubblewrap(folder: string, words: string): string {
  const path = join(folder, 'weak-bubblewrap')
  // The options come on descriptor 3, each with a null behind it; of its arguments the first two name that descriptor.
  const script = `#!/bin/bash
    mapfile -d '' -t words <&3
    ${words}
    exec ${bubblewrapProgram} "\${words[@]}" "\${@:3}"\n`
  fs.writeFileSync(path, script, { mode: 0o755 })
  return path
}

/** Takes an option with so many words behind it out of \`words\`. */
export function without(option: string, wordsBehind: number): string {
  return `for at in "\${!words[@]}"; do
      if [ "\${words[at]}" = '${option}' ]; then words=("\${words[@]:0:at}" "\${words[@]:at+1+${wordsBehind}}"); break; fi
    done`
}
