import type { OfflineCall, PlanCall } from './parsed.ts'
import { commonQuantities, isGrammarWord, quantitySynonyms } from './words.ts'

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** A duration in one whole unit, as configuration and tools take it: `90m`, never `1h 30m`. */
export function durationText(durationMs: number): string {
  for (const [unit, sizeMs] of units) if (durationMs % sizeMs === 0) return `${durationMs / sizeMs}${unit}`
  return `${durationMs}ms`
}

/** Calls as a message that the grammar reads as exactly these: with commas, since a name may have an `and` in it. */
export function renderCalls(calls: readonly OfflineCall[]): string {
  const phrases: { readonly before: string; readonly after: string; readonly names: string[] }[] = []
  for (const call of calls) {
    if (call.kind === 'plan') {
      phrases.push({ before: call.words, after: '', names: [] })
      continue
    }
    const { before, after } = frameOf(call)
    const name = call.name === undefined ? 'all' : renderName(call.name)
    const last = phrases.at(-1)
    if (last !== undefined && last.before === before && last.after === after && call.name !== undefined) {
      last.names.push(name)
    } else {
      phrases.push({ before, after, names: [name] })
    }
  }
  return phrases.map(({ before, after, names }) => `${before} ${names.join(', ')}${after}`.trim()).join('; ')
}

/** `lamp, fan and pump`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

/** A name that is also a word of the grammar stands in quotes, which only names do. */
export function renderName(name: string): string {
  if (/[-_]/.test(name)) return name
  const taken = isGrammarWord(name) || commonQuantities.includes(name) || quantitySynonyms.has(name)
  return taken ? `"${name}"` : name
}

function frameOf(call: Exclude<OfflineCall, PlanCall>): { readonly before: string; readonly after: string } {
  switch (call.kind) {
    case 'read':
      return { before: 'read', after: '' }
    case 'toggle':
      return { before: 'toggle', after: '' }
    case 'set': {
      const { value } = call
      const duration = call.forMs === undefined ? '' : ` for ${durationText(call.forMs)}`
      return typeof value === 'number'
        ? { before: 'set', after: ` to ${value}%${duration}` }
        : { before: `turn ${value}`, after: duration }
    }
  }
}
