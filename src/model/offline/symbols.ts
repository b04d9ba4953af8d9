import { limits } from '../../limits.ts'
import type { Token } from './lexer.ts'
import type { OfflineDevice } from './parsed.ts'
import { commonQuantities, isGrammarWord, politeWords, quantitySynonyms } from './words.ts'

/** What the grammar is written over: tokens in which the names of devices and quantities have been found. */
export type Symbol =
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'quantity'; readonly name: string }
  | { readonly kind: 'word'; readonly word: string; readonly joined: boolean }

/** Everything in a message that a name can be matched with. */
export interface Vocabulary {
  readonly devices: ReadonlyMap<string, OfflineDevice>
  readonly deviceNames: readonly Name[]
  readonly quantityNames: readonly Name[]
}

interface Name {
  readonly name: string
  readonly words: readonly string[]
}

export function vocabularyOf(devices: readonly OfflineDevice[]): Vocabulary {
  const quantities = new Set([...commonQuantities, ...devices.flatMap((device) => device.quantities)])
  return {
    devices: new Map(devices.map((device) => [device.name, device])),
    deviceNames: devices.map((device) => ({ name: device.name, words: wordsOf(device.name) })),
    quantityNames: [...quantities].map((name) => ({ name, words: wordsOf(name.toLowerCase()) })),
  }
}

/** `grow-light` is said `grow light` as well. */
function wordsOf(name: string): string[] {
  return name.split(/[-_\s]+/).filter((word) => word !== '')
}

/** Every symbol that may begin at `at`, names before plain words, and where the next one begins. */
export function symbolsAt(
  tokens: readonly Token[],
  at: number,
  vocabulary: Vocabulary,
): readonly { readonly symbol: Symbol; readonly next: number }[] {
  const token = tokens[at]
  if (token === undefined) return []
  if (token.form === 'name') return namedBy(token.word, vocabulary).map((symbol) => ({ symbol, next: at + 1 }))
  const found: { symbol: Symbol; next: number }[] = []
  for (const [kind, names] of [
    ['device', vocabulary.deviceNames],
    ['quantity', vocabulary.quantityNames],
  ] as const) {
    for (const { name, words } of names) {
      if (spells(tokens, at, words)) found.push({ symbol: { kind, name }, next: at + words.length })
    }
  }
  const synonym = found.length === 0 && !token.joined ? quantitySynonyms.get(token.word) : undefined
  if (synonym !== undefined) found.push({ symbol: { kind: 'quantity', name: synonym }, next: at + 1 })
  if (isGrammarWord(token.word)) {
    found.push({ symbol: { kind: 'word', word: token.word, joined: token.joined }, next: at + 1 })
  }
  return found
}

/** A quoted or hyphenated name: the device of exactly that name, else those that are said so. */
function namedBy(spelling: string, vocabulary: Vocabulary): Symbol[] {
  if (vocabulary.devices.has(spelling)) return [{ kind: 'device', name: spelling }]
  const said = wordsOf(spelling).join(' ')
  return vocabulary.deviceNames
    .filter((device) => device.words.join(' ') === said)
    .map((device) => ({ kind: 'device', name: device.name }))
}

function spells(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  if (words.length === 0 || tokens[at]?.joined === true) return false
  return words.every((word, index) => tokens[at + index]?.form === 'word' && tokens[at + index]?.word === word)
}

/**
 * Every way to read the tokens as symbols; none when a word is not known. More than one only where a device is named
 * like a word of the grammar or like another device. Politeness is left out.
 */
export function readings(tokens: readonly Token[], vocabulary: Vocabulary): readonly (readonly Symbol[])[] {
  let open: { readonly symbols: readonly Symbol[]; readonly at: number }[] = [{ symbols: [], at: 0 }]
  const complete: (readonly Symbol[])[] = []
  while (open.length > 0) {
    const longer: typeof open = []
    for (const { symbols, at } of open) {
      if (at === tokens.length) complete.push(symbols)
      else {
        for (const { symbol, next } of symbolsAt(tokens, at, vocabulary)) {
          longer.push({ symbols: isPolite(symbol) ? symbols : [...symbols, symbol], at: next })
        }
      }
    }
    if (longer.length + complete.length > limits.offlineReadingsMax) return []
    open = longer
  }
  return complete
}

function isPolite(symbol: Symbol): boolean {
  return symbol.kind === 'word' && !symbol.joined && politeWords.includes(symbol.word)
}
