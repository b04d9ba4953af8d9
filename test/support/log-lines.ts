import { createLog, type Log } from '../../src/log.ts'
import { cameOut } from './canary-watch.ts'

/** A log whose lines a test can read. */
export function createLogLines(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = []
  const log = createLog({
    level: 'debug',
    redact: (text) => text,
    write: (line) => lines.push(cameOut('logged', line)),
  })
  return { log, lines }
}
