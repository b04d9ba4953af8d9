import type * as v from 'valibot'
import { limits } from '../limits.ts'
import type { Redact } from '../log.ts'
import { formatPath, lineOf, pathKey, valueAt } from './source.ts'
import type { Problem, SourceFile, SourcePath } from './source.ts'
import { quotesFix } from './values.ts'

/** One thing that is wrong, in the words of `formatFault` in report.ts. */
export interface Fault {
  readonly file: string
  /** Counted from 1; 0: the file as a whole. */
  readonly line: number
  /** For example `devices.lamp.maxOn`; empty: the notation of the file, or the file as a whole. */
  readonly path: string
  readonly found: string
  readonly expected: string
  /** A whole sentence. */
  readonly fix?: string
}

/** Something to know that is not wrong. `blocks`: `run` and `chat` refuse to start with it. */
export interface Note {
  readonly file: string
  readonly line: number
  readonly path: string
  readonly sentence: string
  readonly blocks: boolean
}

const unknownKey = 'an unknown key'

export function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const last = issue.path?.at(-1)
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  const [expected = '', fix] = issue.message.split('\n')
  const base = fix === undefined ? { path, expected } : { path, expected, fix }
  if (last?.type !== 'object' || last.origin !== 'key') return base
  if (issue.type === 'raw_check') return { ...base, found: unknownKey }
  if (issue.input === undefined) return { ...base, found: 'nothing' }
  return { ...base, found: 'this name' }
}

/** Puts problems into the words and places of their file. Secrets are named by their key, never shown. */
export function faultsOf(file: SourceFile, fileName: string, problems: readonly Problem[], redact: Redact): Fault[] {
  const seen = new Set<string>()
  const misspelt = new Set(problems.filter(({ found }) => found === unknownKey).map(meantKey))
  const faults: Fault[] = []
  for (const { path, found, expected, fix: told } of problems) {
    // The first says what is wrong with a value; what follows from it would only confuse.
    if (seen.has(pathKey(path))) continue
    seen.add(pathKey(path))
    const fix = found === undefined && isFromVariable(file, path) ? variableFix(told) : told
    const what = found ?? describeFound(file, path)
    // A key that is only misspelt is not missing too.
    if (what === 'nothing' && misspelt.has(pathKey(path))) continue
    const words = { found: redact(what), expected: redact(expected) }
    const place = { file: fileName, line: lineOf(file, path), path: redact(formatPath(path)) }
    faults.push({ ...place, ...words, ...(fix === undefined ? {} : { fix: redact(fix) }) })
  }
  return faults
}

/** Where the key stands that an unknown one was meant to be. */
function meantKey({ path, expected }: Problem): string {
  return pathKey([...path.slice(0, -1), expected])
}

function isFromVariable(file: SourceFile, path: SourcePath): boolean {
  return file.marks.get(pathKey(path))?.text?.includes('${') === true
}

/** A hint that is made of the value would show it. */
function variableFix(fix: string | undefined): string | undefined {
  return fix === quotesFix ? 'A variable brings text: write the value itself here.' : undefined
}

function describeFound(file: SourceFile, path: SourcePath): string {
  const value = valueAt(file.root, path)
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping'
  if (path.length === 0) return 'a single text'
  if (isSecretPath(path) && value !== '') return 'a value that is not shown'
  const written = file.marks.get(pathKey(path))?.text ?? JSON.stringify(value)
  const short =
    written.length > limits.configFoundCharsMax ? `${written.slice(0, limits.configFoundCharsMax)}...` : written
  if (typeof value !== 'string') return short
  const note = isFromVariable(file, path) ? ' (its value is not shown)' : ''
  return `${JSON.stringify(short)}${note}`
}

/** Where a token or key stands, or is likely to stand by mistake: `telegram: 123:ABC`. */
export function isSecretPath(path: SourcePath): boolean {
  const [root] = path
  if (root !== 'channels' && root !== 'providers') return false
  const last = path.at(-1)
  return path.length <= 2 || last === 'token' || last === 'apiKey'
}
