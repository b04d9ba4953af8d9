import { durationMaxMs } from '../../duration.ts'
import type { Clause } from './clauses.ts'
import { actsOnOutput, callKey, type OfflineCall } from './parsed.ts'
import type { ReadTarget } from './read-clauses.ts'
import { durationText, listOf } from './render.ts'
import { levelMisfitOf, toggleMisfitOf, type Misfit } from './settings.ts'
import type { Vocabulary } from './symbols.ts'

/** The clauses of one sentence, read in one way. */
export interface SentenceMeaning {
  readonly clauses: readonly Clause[]
  readonly question: boolean
}

export type Meaning =
  | { readonly kind: 'calls'; readonly calls: readonly OfflineCall[]; readonly notes: readonly string[] }
  /** Words all known, and yet not to be acted on; `offer` is what could be done instead. */
  | { readonly kind: 'refused'; readonly reason: string; readonly offer: readonly OfflineCall[] }

type Refusal = Meaning & { readonly kind: 'refused' }

function refusal(reason: string, offer: readonly OfflineCall[]): Refusal {
  return { kind: 'refused', reason, offer }
}

/** Checks the clauses of a whole message against the devices and against each other. */
export function meaningOf(sentences: readonly SentenceMeaning[], vocabulary: Vocabulary): Meaning {
  const notes: string[] = []
  const all: OfflineCall[] = []
  for (const { clauses } of sentences) {
    for (const clause of clauses) {
      const found = callsOf(clause, vocabulary, notes)
      if ('reason' in found) return found
      all.push(...found)
    }
  }
  const calls = withoutRepeats(all)
  const refused = asksAndActs(sentences, calls) ?? unclearTimes(sentences, calls) ?? contradiction(all)
  return refused ?? { kind: 'calls', calls, notes }
}

function callsOf(clause: Clause, vocabulary: Vocabulary, notes: string[]): readonly OfflineCall[] | Refusal {
  switch (clause.kind) {
    case 'read': {
      const calls: OfflineCall[] = []
      for (const target of clause.targets) {
        const found = readsOf(target, vocabulary, notes)
        if ('reason' in found) return found
        calls.push(...found)
      }
      return calls
    }
    case 'toggle':
      return (
        outputs(clause.names, vocabulary) ??
        misfitRefusal(toggleMisfitOf(clause.names, vocabulary)) ??
        clause.names.map((name) => ({ kind: 'toggle', name }))
      )
    case 'set':
      return setsOf(clause, vocabulary)
  }
}

function readsOf(target: ReadTarget, vocabulary: Vocabulary, notes: string[]): readonly OfflineCall[] | Refusal {
  switch (target.kind) {
    case 'all':
      return [{ kind: 'read', name: undefined }]
    case 'device':
      return [{ kind: 'read', name: target.name }]
    case 'quantity': {
      const { quantity, name } = target
      const having = [...vocabulary.devices.values()].filter((device) => device.quantities.includes(quantity))
      const known = having.map((device) => device.name)
      if (name !== undefined) {
        if (known.includes(name)) return [{ kind: 'read', name }]
        return refusal(`${name} has no ${quantity}.`, [{ kind: 'read', name }])
      }
      if (known.length === 0) return refusal(`No device here has a ${quantity}.`, [{ kind: 'read', name: undefined }])
      if (known.length > 1) notes.push(`${known.length} devices have a ${quantity}: ${listOf(known)}.`)
      return known.map((each) => ({ kind: 'read', name: each }))
    }
  }
}

function setsOf(clause: Clause & { readonly kind: 'set' }, vocabulary: Vocabulary): readonly OfflineCall[] | Refusal {
  const { names, value, forMs } = clause
  const set = (name: string): OfflineCall => ({ kind: 'set', name, value, forMs })
  if (names !== 'all') {
    if (forMs !== undefined && (forMs < 1 || forMs > durationMaxMs || !Number.isInteger(forMs))) {
      const longest = durationText(durationMaxMs)
      return refusal(
        `A duration is between 1s and ${longest}.`,
        names.map((name) => ({ ...set(name), forMs: 600_000 })),
      )
    }
    return outputs(names, vocabulary) ?? misfitRefusal(levelMisfitOf(names, value, vocabulary)) ?? names.map(set)
  }
  const switches = [...vocabulary.devices.values()].filter((device) => device.output).map((device) => device.name)
  if (switches.length === 0) return refusal('No device here can be switched.', [{ kind: 'read', name: undefined }])
  // Off for a while ends in on for each of them, also for those that were off: so neither is done to everything.
  if (value !== 'off' || forMs !== undefined) {
    return refusal('I can switch everything off at once, but not on, and not for a while: name what you mean.', [
      { kind: 'set', name: switches[0] ?? '', value: value === 'off' ? 'off' : 'on', forMs },
    ])
  }
  return switches.map(set)
}

/** The refusal when one of these cannot be switched. */
function outputs(names: readonly string[], vocabulary: Vocabulary): Refusal | undefined {
  const input = names.find((name) => vocabulary.devices.get(name)?.output !== true)
  if (input === undefined) return undefined
  return refusal(`${input} cannot be switched, only read.`, [{ kind: 'read', name: input }])
}

function misfitRefusal(misfit: Misfit | undefined): Refusal | undefined {
  return misfit === undefined ? undefined : refusal(misfit.reason, [misfit.offer])
}

function withoutRepeats(calls: readonly OfflineCall[]): readonly OfflineCall[] {
  return [...new Map(calls.map((call) => [callKey(call), call])).values()]
}

function asksAndActs(sentences: readonly SentenceMeaning[], calls: readonly OfflineCall[]): Refusal | undefined {
  const asks = sentences.some(
    ({ clauses, question }) => question || clauses.some((clause) => clause.kind === 'read' && clause.question),
  )
  const acts = calls.filter(actsOnOutput)
  return asks && acts.length > 0 ? refusal('A message that asks a question never switches anything.', acts) : undefined
}

/** `lamp on and fan off for 5m`: for both? `lamp on for 5m then fan on`: now, or after it? Neither is guessed. */
function unclearTimes(sentences: readonly SentenceMeaning[], calls: readonly OfflineCall[]): Refusal | undefined {
  for (const { clauses } of sentences) {
    let endlessBefore = false
    let timedBefore = false
    for (const clause of clauses) {
      const later = clause.kind !== 'read' && clause.later
      if (later && timedBefore) return refusal('I do everything at once, so nothing can come after a duration.', calls)
      if (later) endlessBefore = false
      const timed = clause.kind === 'set' && clause.forMs !== undefined
      if (timed && endlessBefore) {
        return refusal('I cannot tell whether the duration is meant for all of it.', calls)
      }
      timedBefore ||= timed
      endlessBefore ||= clause.kind !== 'read' && !timed
    }
  }
  return undefined
}

function contradiction(calls: readonly OfflineCall[]): Refusal | undefined {
  const byName = new Map<string, OfflineCall>()
  for (const call of calls) {
    if (call.kind === 'read' || call.kind === 'plan') continue
    const other = byName.get(call.name)
    // Toggling twice is nothing or one change, by how it was meant; saying the same state twice is not.
    if (other !== undefined && (call.kind === 'toggle' || callKey(other) !== callKey(call))) {
      return refusal(`That asks for two different things of ${call.name}.`, [other])
    }
    byName.set(call.name, call)
  }
  return undefined
}
