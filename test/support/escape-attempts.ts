import type { Test } from 'tap'
import { EscapeTally } from './escape-cases.ts'

/** One attempt to get where nobody may: what is tried, by which means, and through which door. */
export interface EscapeAttempt {
  /** What is to be reached, or what is to be got round. */
  readonly trick: string
  /** How it is done. */
  readonly mechanism: string
  /** Where it comes in: a tool, a redirect, a turn of the program. */
  readonly entry: string
  /** One way to write it, for the sentence of a failure. */
  readonly spelling?: string
}

export interface EscapeAttempts {
  /** Counts this attempt, and fails where `fault` says how it got through. */
  tried(attempt: EscapeAttempt, fault: string | undefined): void
  /** Fails where there were fewer cases: spellings count once. */
  atLeast(cases: number): void
}

export function escapeAttempts(t: Test, className: string): EscapeAttempts {
  const tally = new EscapeTally(className)
  return {
    tried({ trick, mechanism, entry, spelling = '' }, fault) {
      tally.count(trick, mechanism, entry)
      if (fault !== undefined) t.fail(`${trick}, ${mechanism}, ${entry}, ${JSON.stringify(spelling)}: ${fault}`)
    },
    atLeast: (cases) => tally.atLeast(t, cases),
  }
}
