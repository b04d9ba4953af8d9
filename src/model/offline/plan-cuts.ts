import type { Token } from './lexer.ts'
import { conditionAt } from './plan-condition.ts'
import { daysAt, type Days } from './plan-days.ts'
import { type PlanStretch, planStretchAt, type PlanTime, planTimeAt, splitTime } from './plan-time.ts'
import type { Symbol, Vocabulary } from './symbols.ts'

/** A message of which something is wanted later. */
export interface PlanMessage {
  readonly text: string
  readonly tokens: readonly Token[]
  /** The words of all devices' names. */
  readonly names: ReadonlySet<string>
  readonly vocabulary: Vocabulary
}

/** A message without its time, or without the days that it names. */
export interface Cut<Time> {
  readonly time: Time
  /** The message that is left. */
  readonly rest: string
}

/**
 * Each time that can only belong to all of the message: at its beginning, its end, before `for 5 minutes`, or around it.
 */
export function timesIn(message: PlanMessage): readonly Cut<PlanTime>[] {
  const { tokens } = message
  const symbols = symbolsOf(tokens)
  const cuts: Cut<PlanTime>[] = []
  for (const at of tokens.keys()) {
    const found = planTimeAt(symbols, at)
    if (found === undefined) continue
    // A comma behind it belongs to it.
    const next = at === 0 ? afterComma(tokens, found.next) : found.next
    const fits = at === 0 ? next < tokens.length : isEnd(tokens, next)
    if (fits && !hasName(message, at, next)) cuts.push({ time: found.value, rest: restOf(message, at, next) })
  }
  return [...cuts, ...timesAround(message)]
}

/** Each `every day from 6 to 22` at its beginning or end: what is set is set for so long. */
export function stretchesIn(message: PlanMessage): readonly Cut<PlanStretch>[] {
  const { tokens } = message
  const symbols = symbolsOf(tokens)
  return tokens.flatMap((_, at): readonly Cut<PlanStretch>[] => {
    const found = planStretchAt(symbols, at)
    if (found === undefined) return []
    const next = at === 0 ? afterComma(tokens, found.next) : found.next
    const fits = at === 0 ? next < tokens.length : next === tokens.length
    return fits && !hasName(message, at, next) ? [{ time: found.value, rest: restOf(message, at, next) }] : []
  })
}

/** `every day turn on the lamp at 7`. */
function timesAround(message: PlanMessage): readonly Cut<PlanTime>[] {
  const { text, tokens } = message
  const symbols = symbolsOf(tokens)
  const days = daysAt(symbols, 0)
  if (days === undefined || hasName(message, 0, days.next)) return []
  const from = afterComma(tokens, days.next)
  return tokens.flatMap((_, at): readonly Cut<PlanTime>[] => {
    const found = at > from ? splitTime(days.value, symbols, at) : undefined
    if (found === undefined || !isEnd(tokens, found.next) || hasName(message, at, found.next)) return []
    return [{ time: found.value, rest: joined(text, tokens.slice(from, at), tokens.slice(found.next)) }]
  })
}

/**
 * What it begins or ends with waiting for. At its end without a `for 5 minutes`: nobody could tell what that belongs to.
 */
export function conditionsIn(message: PlanMessage): readonly Cut<PlanTime>[] {
  const { tokens, vocabulary } = message
  const symbols = symbolsOf(tokens)
  return tokens.flatMap((_, at): readonly Cut<PlanTime>[] => {
    const found = conditionAt(tokens, symbols, vocabulary, at)
    if (found === undefined) return []
    const { value: when } = found
    const next = at === 0 ? afterComma(tokens, found.next) : found.next
    const fits = at === 0 ? next < tokens.length : next === tokens.length && !('for' in when)
    if (!fits) return []
    const rest = restOf(message, at, next)
    const isOutput = 'is' in when && vocabulary.devices.get(when.device)?.output === true
    // `when the lamp is on for 2 hours turn it off`.
    return [{ time: { when }, rest: isOutput ? rest.replace(/\bit\b/i, `"${when.device}"`) : rest }]
  })
}

/** Days without a time, at the beginning or the end. */
export function daysIn(message: PlanMessage): readonly Cut<Days>[] {
  const { tokens } = message
  const symbols = symbolsOf(tokens)
  return tokens.flatMap((_, at): readonly Cut<Days>[] => {
    const found = daysAt(symbols, at)
    if (found === undefined || hasName(message, at, found.next)) return []
    const next = at === 0 ? afterComma(tokens, found.next) : found.next
    if (at > 0 && next < tokens.length) return []
    return [{ time: found.value, rest: restOf(message, at, next) }]
  })
}

export function afterComma(tokens: readonly Token[], at: number): number {
  return tokens[at]?.word === ',' ? at + 1 : at
}

/** The words of a message as they stand. */
export function partOf(text: string, tokens: readonly Token[]): string {
  const first = tokens[0]
  const last = tokens.at(-1)
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end)
}

/** Plain words: names of devices have no place in a time. */
export function symbolsOf(tokens: readonly Token[]): readonly Symbol[] {
  return tokens.map(({ word, joined, form }) => ({ kind: 'word', word, joined: joined || form === 'name' }))
}

function isEnd(tokens: readonly Token[], next: number): boolean {
  return next === tokens.length || tokens[next]?.word === 'for'
}

function restOf({ text, tokens }: PlanMessage, from: number, until: number): string {
  return joined(text, tokens.slice(0, from), tokens.slice(until))
}

function joined(text: string, before: readonly Token[], behind: readonly Token[]): string {
  return [before, behind]
    .map((tokens) => partOf(text, tokens))
    .join(' ')
    .trim()
}

function hasName({ tokens, names }: PlanMessage, from: number, until: number): boolean {
  return tokens.slice(from, until).some(({ word }) => names.has(word))
}
