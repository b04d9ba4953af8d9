import { allAt, deviceLists, listSeparator, nameAt, optional, phrase, wordAt, type Found } from './cursor.ts'
import type { Symbol } from './symbols.ts'
import { adjectiveQuantities, prepositions, readVerbs, scales, stateAdjectives } from './words.ts'

/** What a reading asks for. A quantity without a name is asked of every device that has it. */
export type ReadTarget =
  | { readonly kind: 'all' }
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'quantity'; readonly quantity: string; readonly name: string | undefined }

type Targets = readonly Found<readonly ReadTarget[]>[]

/** `read room`, `show me the temperature in room and the door`. */
export function readCommands(symbols: readonly Symbol[], at: number): Targets {
  const verb = phrase(symbols, at, readVerbs)
  return verb === undefined ? [] : targetLists(symbols, optional(symbols, verb, ['me']))
}

/** Names without a verb: `room`, `temperature in room`. Only as a whole sentence. */
export function bareReads(symbols: readonly Symbol[]): readonly (readonly ReadTarget[])[] {
  return targetLists(symbols, 0)
    .filter(({ next }) => next === symbols.length)
    .map(({ value }) => value)
    .filter((targets) => targets.every((target) => target.kind !== 'all'))
}

/** `what is`, `how warm is it`, `is the door open`; with `elidedIs` also `the fan off` behind `is the lamp on and`. */
export function questionReads(symbols: readonly Symbol[], at: number, elidedIs: boolean): Targets {
  const found: Found<readonly ReadTarget[]>[] = []
  const asked = phrase(symbols, at, ['what', 'how'], ['is', 'are'])
  if (asked !== undefined) found.push(...targetLists(symbols, asked))
  found.push(...adjectiveQuestions(symbols, at))
  const is = phrase(symbols, at, ['is', 'are'])
  const start = is ?? (elidedIs ? at : undefined)
  if (start === undefined) return found
  for (const { value: names, next } of deviceLists(symbols, start)) {
    const end = adjectiveEnd(symbols, next)
    if (end === undefined) continue
    found.push({ value: names.map((name) => ({ kind: 'quantity', quantity: 'state', name })), next: end })
  }
  const all = is === undefined ? undefined : allAt(symbols, is)
  const end = all === undefined ? undefined : adjectiveEnd(symbols, all)
  if (end !== undefined) found.push({ value: [{ kind: 'quantity', quantity: 'state', name: undefined }], next: end })
  return found
}

/** `how warm is it in room`, `how warm is room`, `is it warm in room`, `how many degrees is it in room`. */
function adjectiveQuestions(symbols: readonly Symbol[], at: number): Targets {
  const ofQuantity = (quantity: string, at: number): Targets =>
    placesAt(symbols, at).map(({ value: name, next }) => ({ value: [{ kind: 'quantity', quantity, name }], next }))
  const degrees = phrase(symbols, at, ['how'], ['many'], ['degrees'])
  if (degrees !== undefined) {
    const is = phrase(symbols, degrees, ['is', 'are'])
    return ofQuantity('temperature', is === undefined ? degrees : optional(symbols, is, ['it']))
  }
  const how = phrase(symbols, at, ['how']) ?? phrase(symbols, at, ['is'], ['it'])
  const quantity = how === undefined ? undefined : adjectiveQuantities.get(wordAt(symbols, how) ?? '')
  if (how === undefined || quantity === undefined) return []
  if (wordAt(symbols, at) === 'is') return ofQuantity(quantity, how + 1)
  const it = phrase(symbols, how + 1, ['is'], ['it'])
  if (it !== undefined) return ofQuantity(quantity, it)
  const is = phrase(symbols, how + 1, ['is'])
  const device = is === undefined ? undefined : nameAt(symbols, is, 'device')
  return device === undefined
    ? []
    : [{ value: [{ kind: 'quantity', quantity, name: device.value }], next: device.next }]
}

/** Nothing, or `in room`. */
function placesAt(symbols: readonly Symbol[], at: number): readonly Found<string | undefined>[] {
  const place = phrase(symbols, at, prepositions)
  const device = place === undefined ? undefined : nameAt(symbols, place, 'device')
  return [{ value: undefined, next: at }, ...(device === undefined ? [] : [device])]
}

/** Behind `open`, `on or off`, ...; at least one such word must stand. */
function adjectiveEnd(symbols: readonly Symbol[], at: number): number | undefined {
  const first = phrase(symbols, at, stateAdjectives)
  return first === undefined ? undefined : (phrase(symbols, first, ['or'], stateAdjectives) ?? first)
}

/** One target or several with separators: every length that the list may have. */
function targetLists(symbols: readonly Symbol[], at: number): Targets {
  const complete: Found<readonly ReadTarget[]>[] = []
  let open: Targets = [{ value: [], next: at }]
  while (open.length > 0) {
    const longer: Found<readonly ReadTarget[]>[] = []
    for (const list of open) {
      const start = list.value.length === 0 ? list.next : listSeparator(symbols, list.next)
      if (start === undefined) continue
      for (const target of targetsAt(symbols, start)) {
        longer.push({ value: [...list.value, target.value], next: target.next })
      }
    }
    complete.push(...longer)
    open = longer
  }
  return complete
}

function targetsAt(symbols: readonly Symbol[], at: number): readonly Found<ReadTarget>[] {
  const found: Found<ReadTarget>[] = []
  const all = allAt(symbols, at)
  if (all !== undefined) found.push({ value: { kind: 'all' }, next: all })
  const device = nameAt(symbols, at, 'device')
  if (device !== undefined) {
    found.push({ value: { kind: 'device', name: device.value }, next: device.next })
    const owned = nameAt(symbols, optional(symbols, device.next, ["'s"]), 'quantity')
    if (owned !== undefined) {
      found.push({ value: { kind: 'quantity', quantity: owned.value, name: device.value }, next: owned.next })
    }
  }
  const quantity = nameAt(symbols, at, 'quantity')
  if (quantity !== undefined) {
    for (const place of placesAt(symbols, quantity.next)) {
      found.push({ value: { kind: 'quantity', quantity: quantity.value, name: place.value }, next: place.next })
    }
  }
  return found.map(({ value, next }) => ({ value, next: afterScale(symbols, next) }))
}

/** Units are given as the device has them; `in degrees Celsius` changes nothing. */
function afterScale(symbols: readonly Symbol[], at: number): number {
  const degrees = phrase(symbols, at, ['in'], ['degrees'])
  return degrees === undefined ? (phrase(symbols, at, ['in'], scales) ?? at) : optional(symbols, degrees, scales)
}
