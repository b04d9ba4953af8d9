import fs from 'node:fs'
import { join } from 'node:path'
import { bubblewrapProgram } from '../../src/app-shell.ts'
import { createSystemClock } from '../../src/clock.ts'
import { Bubblewrap, type BubblewrapSettings } from '../../src/guard/bubblewrap.ts'
import type { SandboxEnd, SandboxRun } from '../../src/guard/sandbox.ts'

export interface SandboxRig {
  readonly workspace: string
  /** Beside the workspace, as in a home. */
  readonly state: string
  readonly sandbox: Bubblewrap
  run(command: string, more?: Partial<SandboxRun>): Promise<{ readonly end: SandboxEnd; readonly said: string }>
}

/** The real bubblewrap over real folders. Where it is missing, tests fail: nothing shows then that the boundary holds. */
export function createSandboxRig(folder: string, settings: Partial<BubblewrapSettings> = {}): SandboxRig {
  if (!fs.existsSync(bubblewrapProgram)) throw new Error('These tests need bubblewrap: sudo apt install bubblewrap')
  const home = fs.realpathSync(folder)
  const workspace = join(home, 'workspace')
  const state = join(home, 'state')
  for (const each of [workspace, state]) fs.mkdirSync(each, { mode: 0o700, recursive: true })
  const sandbox = new Bubblewrap({
    program: bubblewrapProgram,
    workspace,
    network: false,
    timezone: 'Europe/Berlin',
    clock: createSystemClock(),
    ...settings,
  })
  return {
    workspace,
    state,
    sandbox,
    async run(command, more = {}) {
      let said = ''
      const end = await sandbox.run({
        command,
        timeoutMs: 20_000,
        signal: new AbortController().signal,
        onOutput: (bytes) => (said += bytes.toString()),
        ...more,
      })
      return { end, said }
    },
  }
}

/** Processes of this machine whose command line holds `marker`. */
export function processesWith(marker: string): readonly string[] {
  return fs.readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(marker)
    } catch {
      return false // It has ended meanwhile.
    }
  })
}

let markers = 0

/** A number of seconds to sleep that nobody else sleeps: such a process is found again. */
export function sleepMarker(): string {
  return `${600 + ++markers}.${process.pid}`
}
