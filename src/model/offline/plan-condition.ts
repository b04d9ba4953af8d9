import { limits } from '../../limits.ts'
import { type Found, optional, phrase, spanAt, wordAt } from './cursor.ts'
import type { Token } from './lexer.ts'
import { bareReads, type ReadTarget } from './read-clauses.ts'
import { durationText } from './render.ts'
import { readings, type Symbol, type Vocabulary } from './symbols.ts'
import { wantedAt } from './plan-wanted.ts'

/** What a job waits for, as `schedule_add` takes it; `device` with its quantity where there is a number: `room.humidity`. */
export type PlanWhen =
  | ({ readonly device: string; readonly for?: string } & (
      { readonly above: number } | { readonly below: number } | { readonly is: string }
    ))
  | { readonly device: string; readonly stale: string }
  | { readonly event: 'start' }
  | { readonly event: 'trigger'; readonly name: string }

/**
 * `when the temperature is above 25 for 5 minutes`, `when soil is below 1.5`, `when it is warmer than 25`, `when the door
 * opens`, `when the room has no reading for 10 minutes`, `when you start`, `when trigger backup is run`. `if`
 * may mean now as well, and is none.
 */
export function conditionAt(
  tokens: readonly Token[],
  symbols: readonly Symbol[],
  vocabulary: Vocabulary,
  from: number,
): Found<PlanWhen> | undefined {
  const start = phrase(symbols, from, ['when', 'whenever']) ?? phrase(symbols, from, ['as'], ['soon'], ['as'])
  if (start === undefined) return undefined
  const started = phrase(symbols, start, ['you', 'pincer'], ['start', 'starts'])
  if (started !== undefined) return { value: { event: 'start' }, next: started }
  const trigger = triggerAt(symbols, start)
  if (trigger !== undefined) return trigger
  for (let at = start + 1; at < Math.min(symbols.length, start + limits.offlineNearestWordsMax); at++) {
    const found =
      staleAt(tokens.slice(start, at), symbols, at, vocabulary) ??
      wantedOf(tokens.slice(start, at), symbols, at, vocabulary)
    if (found !== undefined) return found
  }
  return undefined
}

/** `trigger backup is run`, as by `pincer trigger backup`. */
function triggerAt(symbols: readonly Symbol[], at: number): Found<PlanWhen> | undefined {
  const next = phrase(symbols, optional(symbols, at, ['the']), ['trigger'])
  const name = next === undefined ? undefined : wordAt(symbols, next)
  if (next === undefined || name === undefined || !/^[a-z0-9]{1,32}$/.test(name)) return undefined
  const run =
    phrase(symbols, next + 1, ['is'], ['run', 'called', 'sent']) ??
    phrase(symbols, next + 1, ['comes', 'fires', 'runs'])
  return run === undefined ? undefined : { value: { event: 'trigger', name }, next: run }
}

function wantedOf(
  subject: readonly Token[],
  symbols: readonly Symbol[],
  at: number,
  vocabulary: Vocabulary,
): Found<PlanWhen> | undefined {
  const found = wantedAt(symbols, at)
  if (found === undefined) return undefined
  const { becomes, isOfTemperature = false, scale, mustLast = false } = found.value
  const quantity = 'is' in becomes ? 'state' : isOfTemperature ? 'temperature' : undefined
  const isIt = subject.length === 1 && subject[0]?.word === 'it' && isOfTemperature
  const device = isIt ? oneOf(fitting({ kind: 'all' }, vocabulary, quantity)) : deviceIn(subject, vocabulary, quantity)
  if (device === undefined || !isIn(scale, device, vocabulary)) return undefined
  const lasting = wordAt(symbols, found.next) === 'for' ? spanAt(symbols, found.next + 1) : undefined
  if (lasting === undefined) return mustLast ? undefined : { value: { device, ...becomes }, next: found.next }
  return { value: { device, ...becomes, for: durationText(lasting.value) }, next: lasting.next }
}

/** A number is compared with what the device reads, in its own scale. */
function isIn(scale: 'c' | 'f' | undefined, device: string, { devices }: Vocabulary): boolean {
  const [name = ''] = device.split('.')
  return scale === undefined || (scale === 'f') === (devices.get(name)?.isFahrenheit === true)
}

/** `has no reading for 10 minutes`. */
function staleAt(
  subject: readonly Token[],
  symbols: readonly Symbol[],
  at: number,
  vocabulary: Vocabulary,
): Found<PlanWhen> | undefined {
  const has = phrase(symbols, at, ['has', 'gives'], ['no'])
  const what =
    has === undefined ? undefined : phrase(symbols, optional(symbols, has, ['good']), ['reading', 'readings'], ['for'])
  const span = what === undefined ? undefined : spanAt(symbols, what)
  if (span === undefined) return undefined
  const targets = readings(subject, vocabulary).flatMap((read) => bareReads(read))
  const device = oneOf(targets.flatMap(([target]) => (target?.kind === 'device' ? [target.name] : [])))
  return device === undefined ? undefined : { value: { device, stale: durationText(span.value) }, next: span.next }
}

/** The one device, or quantity of a device, that these words can mean. */
function deviceIn(tokens: readonly Token[], vocabulary: Vocabulary, quantity: string | undefined): string | undefined {
  const targets = readings(tokens, vocabulary).flatMap((symbols) => bareReads(symbols))
  return oneOf(
    targets.flatMap(([target, ...more]) =>
      more.length > 0 || target === undefined ? ['', ' '] : fitting(target, vocabulary, quantity),
    ),
  )
}

/** Of what is meant, what has this quantity; without one, what is a number. */
function fitting(target: ReadTarget, vocabulary: Vocabulary, wanted: string | undefined): readonly string[] {
  const quantity = target.kind === 'quantity' ? target.quantity : undefined
  if (quantity !== undefined && wanted !== undefined && quantity !== wanted) return []
  const only = quantity ?? wanted
  return [...vocabulary.devices.values()].flatMap(({ name, quantities }) => {
    if (target.kind !== 'all' && target.name !== undefined && target.name !== name) return []
    const found = quantities.filter((each) => (only ?? each) === each && (each === 'state') === (wanted === 'state'))
    return found.map((each) => (each === 'state' ? name : `${name}.${each}`))
  })
}

function oneOf(names: readonly string[]): string | undefined {
  const [only, ...more] = new Set(names)
  return more.length > 0 ? undefined : only
}
