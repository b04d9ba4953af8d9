import type { Symbol } from './symbols.ts'
import { allNouns, allWords, articles, numberWords, percentWords, tensWords, unitMs } from './words.ts'

/** Small readers over symbols. Each takes a position and answers what it found and where the rest begins. */
export interface Found<T> {
  readonly value: T
  readonly next: number
}

/** Where the rest begins when these words stand at `at`, one of each list; `undefined` when they do not. */
export function phrase(
  symbols: readonly Symbol[],
  at: number,
  ...words: readonly (readonly string[])[]
): number | undefined {
  const stands = words.every((allowed, index) => {
    const word = wordAt(symbols, at + index)
    return word !== undefined && allowed.includes(word)
  })
  return stands ? at + words.length : undefined
}

/** The plain word at `at`. A word that a hyphen ties to the one before is none: it belongs to a name or a number. */
export function wordAt(symbols: readonly Symbol[], at: number): string | undefined {
  const symbol = symbols[at]
  return symbol?.kind === 'word' && !symbol.joined ? symbol.word : undefined
}

export function optional(symbols: readonly Symbol[], at: number, words: readonly string[]): number {
  return phrase(symbols, at, words) ?? at
}

function afterArticles(symbols: readonly Symbol[], at: number): number {
  return optional(symbols, at, articles)
}

export function nameAt(symbols: readonly Symbol[], at: number, kind: 'device' | 'quantity'): Found<string> | undefined {
  const start = afterArticles(symbols, at)
  const symbol = symbols[start]
  return symbol?.kind === kind ? { value: symbol.name, next: start + 1 } : undefined
}

/** `all`, `everything`, `all devices`, `all the outputs`. */
export function allAt(symbols: readonly Symbol[], at: number): number | undefined {
  const all = phrase(symbols, at, allWords)
  return all === undefined ? undefined : (phrase(symbols, afterArticles(symbols, all), allNouns) ?? all)
}

/** `and`, a comma, or both: between the members of a list. */
export function listSeparator(symbols: readonly Symbol[], at: number): number | undefined {
  const afterComma = optional(symbols, at, [','])
  const next = optional(symbols, afterComma, ['and'])
  return next === at ? undefined : next
}

/** As a list separator, or with `then`: between clauses. The value says whether `then` was there. */
export function clauseSeparator(symbols: readonly Symbol[], at: number): Found<boolean> | undefined {
  const weak = listSeparator(symbols, at) ?? at
  const next = optional(symbols, weak, ['then'])
  return next === at ? undefined : { value: next > weak, next }
}

/** Devices joined by list separators: every length that the list may have, shortest first. */
export function deviceLists(symbols: readonly Symbol[], at: number): readonly Found<readonly string[]>[] {
  const lists: Found<readonly string[]>[] = []
  const names: string[] = []
  let start: number | undefined = at
  while (start !== undefined) {
    const device = nameAt(symbols, start, 'device')
    if (device === undefined) break
    names.push(device.value)
    lists.push({ value: names.slice(), next: device.next })
    start = listSeparator(symbols, device.next)
  }
  return lists
}

/** `for 10 minutes`, `for 90s`, `for twenty-five min`, `for an hour`, `for half an hour`: milliseconds. */
export function durationAt(symbols: readonly Symbol[], at: number): Found<number> | undefined {
  const start = phrase(symbols, at, ['for'])
  return start === undefined ? undefined : spanAt(symbols, start)
}

/** The same without `for`. */
export function spanAt(symbols: readonly Symbol[], start: number): Found<number> | undefined {
  const half = phrase(symbols, start, ['half'])
  if (half !== undefined) {
    const unit = unitAt(symbols, optional(symbols, half, ['a', 'an']))
    return unit === undefined ? undefined : { value: unit.value / 2, next: unit.next }
  }
  const compact = /^(\d{1,9}|\d{1,4}\.(?:5|25|75))([a-z]+)$/.exec(wordAt(symbols, start) ?? '')
  if (compact !== null) {
    const oneMs = unitMs.get(compact[2] ?? '')
    return oneMs === undefined ? undefined : { value: Number(compact[1]) * oneMs, next: start + 1 }
  }
  const count = numberAt(symbols, start)
  const unit = count === undefined ? undefined : unitAt(symbols, count.next)
  if (count === undefined || unit === undefined) return undefined
  return { value: count.value * unit.value, next: unit.next }
}

/** `40%`, `40 %`, `40 percent`: a whole number, also one that no level can be. */
export function percentAt(symbols: readonly Symbol[], at: number): Found<number> | undefined {
  const number = wordAt(symbols, at)
  const next = phrase(symbols, at + 1, percentWords)
  return next === undefined || !/^\d{1,9}$/.test(number ?? '') ? undefined : { value: Number(number), next }
}

function unitAt(symbols: readonly Symbol[], at: number): Found<number> | undefined {
  const oneMs = unitMs.get(wordAt(symbols, at) ?? '')
  return oneMs === undefined ? undefined : { value: oneMs, next: at + 1 }
}

function numberAt(symbols: readonly Symbol[], at: number): Found<number> | undefined {
  const word = wordAt(symbols, at)
  if (word === undefined) return undefined
  // Halves and quarters alone: `7.30 hours` may be a time of day.
  if (/^\d{1,9}$|^\d{1,4}\.(?:5|25|75)$/.test(word)) return { value: Number(word), next: at + 1 }
  if (word === 'a' || word === 'an') return { value: 1, next: at + 1 }
  const ones = numberWords.get(word)
  if (ones !== undefined) return { value: ones, next: at + 1 }
  const tens = tensWords.get(word)
  if (tens === undefined) return undefined
  const following = symbols[at + 1]
  const added = following?.kind === 'word' ? (numberWords.get(following.word) ?? 0) : 0
  const combines = added >= 1 && added <= 9 && tens < 60
  return combines ? { value: tens + added, next: at + 2 } : { value: tens, next: at + 1 }
}
