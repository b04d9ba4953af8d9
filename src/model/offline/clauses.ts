import { limits } from '../../limits.ts'
import {
  allAt,
  clauseSeparator,
  deviceLists,
  durationAt,
  optional,
  percentAt,
  phrase,
  wordAt,
  type Found,
} from './cursor.ts'
import type { Setting } from './parsed.ts'
import { bareReads, questionReads, readCommands, type ReadTarget } from './read-clauses.ts'
import type { Symbol } from './symbols.ts'
import { levelVerbs, switchVerbs } from './words.ts'

/** One clause of a sentence, not yet checked against what the devices can do. */
export type Clause =
  | { readonly kind: 'read'; readonly targets: readonly ReadTarget[]; readonly question: boolean }
  | {
      readonly kind: 'set'
      readonly names: readonly string[] | 'all'
      readonly value: Setting
      readonly forMs: number | undefined
      /** After `then`: in its own time, so that a duration behind it is not meant for the clauses before. */
      readonly later: boolean
    }
  | { readonly kind: 'toggle'; readonly names: readonly string[]; readonly later: boolean }

/**
 * Every way to read the whole of `symbols` as one sentence; none when there are too many to compare, since one that was
 * left out might be another meaning. A question mark turns `lamp on` into a reading.
 */
export function meaningsOf(symbols: readonly Symbol[], question: boolean): readonly (readonly Clause[])[] {
  const meanings: (readonly Clause[])[] = []
  const extend = (clauses: readonly Clause[], at: number, later: boolean): void => {
    for (const { value: clause, next } of clausesAt(symbols, at, clauses.at(-1), { question, later })) {
      if (meanings.length > limits.offlineReadingsMax) return
      const longer = [...clauses, clause]
      if (next === symbols.length) meanings.push(longer)
      const separator = clauseSeparator(symbols, next)
      if (separator !== undefined) extend(longer, separator.next, separator.value)
    }
  }
  extend([], 0, false)
  for (const targets of bareReads(symbols)) meanings.push([{ kind: 'read', targets, question }])
  return meanings.length > limits.offlineReadingsMax ? [] : meanings
}

function clausesAt(
  symbols: readonly Symbol[],
  at: number,
  before: Clause | undefined,
  context: { readonly question: boolean; readonly later: boolean },
): readonly Found<Clause>[] {
  const found: Found<Clause>[] = []
  for (const { value: targets, next } of readCommands(symbols, at)) {
    found.push({ value: { kind: 'read', targets, question: context.question }, next })
  }
  const elidedIs = before?.kind === 'read' && before.question
  for (const { value: targets, next } of questionReads(
    symbols,
    at,
    elidedIs || (before === undefined && context.question),
  )) {
    found.push({ value: { kind: 'read', targets, question: true }, next })
  }
  // `lamp on` without a verb is an order only at the start or after an order: `check room and lamp on` is none.
  const verbless = !context.question && before?.kind !== 'read'
  found.push(...setClauses(symbols, at, { verbless, later: context.later }))
  // `and the fan for 5 minutes` goes on only from a clause that has a duration of its own.
  if (before?.kind === 'set' && before.forMs !== undefined) {
    for (const { value: names, next } of deviceLists(symbols, at)) {
      const duration = durationAt(symbols, next)
      if (duration === undefined) continue
      const { value } = before
      found.push({
        value: { kind: 'set', names, value, forMs: duration.value, later: context.later },
        next: duration.next,
      })
    }
  }
  const toggled = phrase(symbols, at, ['toggle'])
  if (toggled !== undefined) {
    for (const { value: names, next } of deviceLists(symbols, toggled)) {
      found.push({ value: { kind: 'toggle', names, later: context.later }, next })
    }
  }
  return found
}

function setClauses(
  symbols: readonly Symbol[],
  at: number,
  options: { readonly verbless: boolean; readonly later: boolean },
): readonly Found<Clause>[] {
  const found: Found<Clause>[] = []
  const add = (names: readonly string[] | 'all', value: Setting, at: number): void => {
    const duration = durationAt(symbols, at)
    found.push({
      value: { kind: 'set', names, value, forMs: duration?.value, later: options.later },
      next: duration?.next ?? at,
    })
  }
  const switched = phrase(symbols, at, switchVerbs)
  if (switched !== undefined) {
    const value = stateAt(symbols, switched)
    if (value !== undefined)
      for (const target of targetsAt(symbols, switched + 1)) add(target.value, value, target.next)
  }
  const dimmed = phrase(symbols, at, levelVerbs)
  const verb = switched ?? dimmed ?? phrase(symbols, at, ['set'])
  if (verb === undefined && !options.verbless) return found
  for (const target of targetsAt(symbols, verb ?? at)) {
    const stateStart = verb === undefined ? target.next : optional(symbols, target.next, ['to'])
    const value = dimmed === undefined ? stateAt(symbols, stateStart) : undefined
    if (value !== undefined) add(target.value, value, stateStart + 1)
    const percent = percentAt(symbols, stateStart)
    if (percent !== undefined) add(target.value, percent.value, percent.next)
  }
  return found
}

function targetsAt(symbols: readonly Symbol[], at: number): readonly Found<readonly string[] | 'all'>[] {
  const all = allAt(symbols, at)
  return [...deviceLists(symbols, at), ...(all === undefined ? [] : [{ value: 'all' as const, next: all }])]
}

function stateAt(symbols: readonly Symbol[], at: number): 'on' | 'off' | undefined {
  const word = wordAt(symbols, at)
  return word === 'on' || word === 'off' ? word : undefined
}
