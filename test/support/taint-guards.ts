import type { Mutation } from './mutant-source.ts'

/** A line that keeps the mark, and what gets through where it is missing. */
export type Guard = readonly [what: string, attack: Attack, ...mutation: Mutation]
export type Attack =
  | { readonly source: string; readonly when: 'the same turn' | 'the next turn' | 'after a restart' }
  | { readonly act: string }
  | { readonly forget: string }
  | { readonly order: string }
  | 'summaries'

const same = (source: string): Attack => ({ source, when: 'the same turn' })
const next = (source: string): Attack => ({ source, when: 'the next turn' })

/** Lines that keep the mark on what is said. */
export const talkGuards: readonly Guard[] = [
  [
    'a request is looked through for marks',
    same('a page'),
    'agent/turn-requests.ts',
    'this.#inView = marksOf([...earlier, ...noted])',
    'this.#inView = undefined',
  ],
  ['a result is marked', same('a page'), 'agent/turn.ts', 'text, failed }, foreign))', 'text, failed }, undefined))'],
  [
    'what the model says is marked',
    next('a page'),
    'agent/turn.ts',
    "marked({ role: 'assistant', text, toolCalls }, this.#requests.inView)",
    "marked({ role: 'assistant', text, toolCalls }, undefined)",
  ],
  [
    'a sentence that ends a turn is marked',
    { forget: 'a model that is down in the turn behind a page' },
    'agent/turn.ts',
    "marked({ role: 'assistant', text, toolCalls: [] }, foreign)",
    "marked({ role: 'assistant', text, toolCalls: [] }, undefined)",
  ],
  [
    'words are marked',
    next('a forwarded message'),
    'agent/turn-requests.ts',
    "marked({ role: 'user', text }, foreign)",
    "marked({ role: 'user', text }, undefined)",
  ],
  ['words of guests are marked', next('words of a guest'), 'agent/words.ts', "person.role === 'guest' ?", 'false ?'],
  [
    'words that join are marked',
    { act: 'a forwarded message that joins, and acts itself' },
    'agent/loop.ts',
    'return joined.map(wordsOf)',
    'return joined.map(({ text }) => ({ text }))',
  ],
  [
    'marks of words are written down',
    { source: 'a forwarded message', when: 'after a restart' },
    'agent/transcript.ts',
    "marked({ role: 'user', text: message.text }, message.foreign)",
    "({ role: 'user', text: message.text })",
  ],
  [
    'marks of the model’s words are read again',
    { source: 'a page', when: 'after a restart' },
    'agent/transcript.ts',
    "role: v.literal('assistant'),\n    foreign,",
    "role: v.literal('assistant'),",
  ],
  [
    'a summary is told no result of old turns',
    'summaries',
    'agent/marks.ts',
    'return index === turns.length - 1 ? cut.first : cut.later',
    'return index === turns.length - 1 ? cut.first : turn',
  ],
  [
    'a summary is told no words of the last turn',
    'summaries',
    'agent/summary.ts',
    'let end = turns.length - 1',
    'let end = turns.length',
  ],
  [
    'what is in view needs a person',
    same('a page'),
    'tools/permission.ts',
    'untrusted !== undefined && isOutward && !isOrdered',
    'false',
  ],
  [
    'an order is an owner’s own',
    { order: 'a forwarded order' },
    'agent/turn-requests.ts',
    "findLast(({ role, foreign }) => role === 'user' && foreign === undefined)",
    "findLast(({ role }) => role === 'user')",
  ],
  [
    'so is an address',
    { order: 'a forwarded address' },
    'agent/turn-requests.ts',
    "role === 'user' && foreign === undefined && standsIn",
    "role === 'user' && standsIn",
  ],
]

/** Lines that keep the mark on what is read and written. */
export const fileGuards: readonly Guard[] = [
  [
    'an outcome says that it is foreign',
    same('a page'),
    'tools/registry.ts',
    'sources.size === 0 ? outcome :',
    'sources.size >= 0 ? outcome :',
  ],
  [
    'a parked page is no file of ours',
    same('a page that was parked'),
    'tools/registry.ts',
    'sources.size === 0 && origin.untrusted === undefined',
    'origin.untrusted === undefined',
  ],
  [
    'nor is what is parked under a page',
    same('a result of ours that was parked under a page'),
    'tools/registry.ts',
    'sources.size === 0 && origin.untrusted === undefined',
    'sources.size === 0',
  ],
  [
    'nor is a file that is written under one',
    same('a file written under a page'),
    'tools/files/ownership.ts',
    'untrusted === undefined || approved !== undefined',
    'true',
  ],
  [
    'nor one of which a part is foreign',
    same('a foreign file that was added to with nothing in view'),
    'tools/files/ownership.ts',
    '!isOurs || (kept !== undefined && !origins.isClean(path, kept))',
    '!isOurs',
  ],
  [
    'a file is read with its mark',
    same('a file that somebody put there'),
    'tools/files.ts',
    'if (!origins.isClean(path, text)) context.foreign(showPath(path))\n      return pageOf',
    'return pageOf',
  ],
  [
    'so are lines of it',
    same('lines of a search'),
    'tools/files/search.ts',
    'found.take(entry, text) && !origins.isClean',
    'found.take(entry, text) && false && !origins.isClean',
  ],
  [
    'so are names',
    same('the name of a file'),
    'tools/files.ts',
    'if (namesFromOutside(listing.entries, text, origins))',
    'if (false && namesFromOutside(listing.entries, text, origins))',
  ],
  ['so is what a page says', same('a page'), 'tools/web/fetch-page.ts', 'foreign(url.href)', ''],
  [
    'so is what a search finds',
    same('what a search found'),
    'tools/web/search.ts',
    'foreign(`a search with ${name}`)',
    '',
  ],
  [
    'so is what a command prints',
    same('what a command prints of a file'),
    'tools/shell.ts',
    "if (!origin.isOurs) context.foreign(network ? 'shell, network' : 'shell')",
    '',
  ],
  [
    'what a command writes is ours only where all was',
    same('a file through a copy'),
    'tools/shell.ts',
    'const isOurs = !network && (await origins.everythingIsOurs())',
    'const isOurs = true',
  ],
  [
    'and nothing was in view',
    same('a file that a command wrote under a page'),
    'tools/shell.ts',
    'isOurs && untrusted === undefined && holds()',
    'isOurs && holds()',
  ],
  [
    'and no other command ran',
    same('what another command of the same time wrote under a page'),
    'tools/shell.ts',
    'isAlone && started === ownStart && workspace.changes === before',
    'workspace.changes === before',
  ],
  [
    'and no tool wrote',
    same('what a tool wrote under a page while a command ran'),
    'tools/shell.ts',
    'isAlone && started === ownStart && workspace.changes === before',
    'isAlone && started === ownStart',
  ],
  [
    'and not where others put what they send',
    same('what was sent in while a command ran'),
    'guard/origins.ts',
    "kind !== 'file' || path.startsWith('inbox/') || steersTurns",
    "kind !== 'file' || steersTurns",
  ],
]
