import type { Lookup } from './environment.ts'
import type { Note } from './faults.ts'
import { discordTokenName } from './known-providers.ts'
import { missingParts } from './version-parts.ts'

/**
 * A token that stands ready and that, without a pincer.yaml, would bring a part which this version lacks. The name
 * alone, never the value. The variable may be meant for another program, so the note does not block.
 */
export function unusedNotes(lookup: Lookup): readonly Note[] {
  const missing = missingParts.find((part) => part.path.join('.') === 'channels.discord')
  if (missing === undefined || lookup(discordTokenName) === undefined) return []
  const sentence = `${discordTokenName} is set but not used: this version has no ${missing.what}.`
  return [{ file: 'environment', line: 0, path: '', sentence, blocks: false }]
}
