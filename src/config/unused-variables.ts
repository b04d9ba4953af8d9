import type { Lookup } from './environment.ts'
import type { Note } from './faults.ts'
import { discordTokenName, providerKeyNames, telegramTokenName } from './known-providers.ts'
import { missingParts } from './version-parts.ts'

/**
 * Tokens and keys that stand ready and that, without a pincer.yaml, would each bring a part which this version lacks.
 * Names alone, never values. The variable may be meant for another program, so the note does not block.
 */
export function unusedNotes(lookup: Lookup): readonly Note[] {
  const parts = [
    { names: [telegramTokenName], path: 'channels.telegram' },
    { names: [discordTokenName], path: 'channels.discord' },
    { names: providerKeyNames(), path: 'providers.*' },
  ]
  const unused = parts.flatMap(({ names, path }) => {
    const missing = missingParts.find((part) => part.path.join('.') === path)
    const found = names.filter((name) => lookup(name) !== undefined)
    return missing === undefined || found.length === 0 ? [] : [{ found, what: missing.what }]
  })
  if (unused.length === 0) return []
  const names = unused.flatMap(({ found }) => found)
  const are = names.length === 1 ? 'is' : 'are'
  const lacks = unused.map(({ what }) => `no ${what}`)
  const sentence = `${listed(names)} ${are} set but not used: this version has ${listed(lacks)}. The terminal and model: offline serve.`
  return [{ file: 'environment', line: 0, path: '', sentence, blocks: false }]
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' and ')
}
