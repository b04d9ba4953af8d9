import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isSea } from 'node:sea'

/**
 * The three ways that this program runs: from its TypeScript files, from the bundle in dist/, or as one executable.
 * Only this file, parts.ts, assets.ts and native-files.ts know which.
 */
export type BuiltAs = 'source' | 'bundle' | 'executable'

/** Put in by the build; they do not exist when run from source. */
declare const PINCER_VERSION: string | undefined
declare const PINCER_BUILT_AT_MS: number | undefined

export function builtAs(): BuiltAs {
  if (typeof PINCER_VERSION === 'undefined') return 'source'
  return isSea() ? 'executable' : 'bundle'
}

/** The version of package.json, for example `0.1.0`. */
export function version(): string {
  if (typeof PINCER_VERSION !== 'undefined') return PINCER_VERSION
  const content: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  const found = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined
  return String(found)
}

/** Wall clock ms that have certainly passed, since this program exists: a clock that is behind them is wrong. */
export function builtAtMs(): number {
  if (typeof PINCER_BUILT_AT_MS !== 'undefined') return PINCER_BUILT_AT_MS
  return statSync(join(import.meta.dirname, '../package.json')).mtimeMs
}
