import { limits } from '../limits.ts'
import { showPath } from './paths.ts'

/**
 * Whence text from outside came, for the people who are asked because of it: each once, short, in one line. Addresses
 * and names of files can carry words from outside themselves, so this never goes to a model.
 */
export function sourcesText(sources: readonly string[]): string {
  const distinct = [...new Set(sources)]
  const shown = distinct.slice(0, limits.sourcesShownMax).map(showPath)
  const more = distinct.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
