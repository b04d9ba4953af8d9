import { limits } from '../../limits.ts'
import { type Found, spanAt, wordAt } from './cursor.ts'
import type { Token } from './lexer.ts'
import { bareReads, type ReadTarget } from './read-clauses.ts'
import { durationText, renderName } from './render.ts'
import { readings, type Symbol, type Vocabulary } from './symbols.ts'

/** What a job waits for, as `schedule_add` takes it; `device` with its quantity where there is a number: `room.humidity`. */
export type PlanWhen = { readonly device: string; readonly for?: string } & (
  { readonly above: number } | { readonly below: number } | { readonly is: string }
)

const limitWords: ReadonlyMap<string, 'above' | 'below'> = new Map([
  ['above', 'above'],
  ['over', 'above'],
  ['below', 'below'],
  ['under', 'below'],
])
const states: ReadonlySet<string> = new Set(['on', 'off', 'open', 'closed', 'pressed', 'released'])
const units: ReadonlySet<string> = new Set(['degrees', '°', '%', 'percent'])

/** `when the temperature is above 25 for 5 minutes`, `when soil is below 1.5`, `when the door is open for 5 minutes`. */
export function conditionAt(
  tokens: readonly Token[],
  symbols: readonly Symbol[],
  vocabulary: Vocabulary,
): Found<PlanWhen> | undefined {
  const first = wordAt(symbols, 0)
  if (first !== 'when' && first !== 'whenever') return undefined
  for (let at = 2; at < Math.min(symbols.length, limits.offlineNearestWordsMax); at++) {
    const found = limitAt(symbols, at) ?? stateAt(symbols, at)
    if (found === undefined) continue
    const { value: wanted, next } = found
    const end = wordAt(symbols, at - 1) === 'is' ? at - 1 : at
    if ('is' in wanted && end === at) return undefined
    const device = deviceIn(tokens.slice(1, end), vocabulary, 'is' in wanted)
    if (device === undefined) return undefined
    const lasting = wordAt(symbols, next) === 'for' ? spanAt(symbols, next + 1) : undefined
    if (lasting === undefined) return { value: { device, ...wanted }, next }
    return { value: { device, ...wanted, for: durationText(lasting.value) }, next: lasting.next }
  }
  return undefined
}

/** As a message would begin with it. */
export function conditionWords(when: PlanWhen): string {
  const [name = '', quantity] = when.device.split('.')
  const what = quantity === undefined ? renderName(name) : `${quantity} in ${renderName(name)}`
  const [word, value] = 'is' in when ? ['', when.is] : 'above' in when ? ['above ', when.above] : ['below ', when.below]
  return `when ${what} is ${word}${value}${when.for === undefined ? '' : ` for ${when.for}`},`
}

function limitAt(symbols: readonly Symbol[], at: number): Found<{ above: number } | { below: number }> | undefined {
  const side = limitWords.get(wordAt(symbols, at) ?? '')
  const number = wordAt(symbols, at + 1) ?? ''
  if (side === undefined || !/^\d{1,6}(?:\.\d{1,3})?$/.test(number)) return undefined
  const next = units.has(wordAt(symbols, at + 2) ?? '') ? at + 3 : at + 2
  return { value: side === 'above' ? { above: Number(number) } : { below: Number(number) }, next }
}

function stateAt(symbols: readonly Symbol[], at: number): Found<{ is: string }> | undefined {
  const state = wordAt(symbols, at) ?? ''
  return states.has(state) && wordAt(symbols, at - 1) === 'is' ? { value: { is: state }, next: at + 1 } : undefined
}

/** The one device, or quantity of a device, that these words can mean. */
function deviceIn(tokens: readonly Token[], vocabulary: Vocabulary, isState: boolean): string | undefined {
  const targets = readings(tokens, vocabulary).flatMap((symbols) => bareReads(symbols))
  const meant = new Set(targets.flatMap(([target, ...more]) => (more.length > 0 ? ['', ' '] : named(target))))
  const [only] = meant
  return meant.size === 1 ? only : undefined

  function named(target: ReadTarget | undefined): readonly string[] {
    if (target === undefined || target.kind === 'all') return []
    const quantity = target.kind === 'quantity' ? target.quantity : isState ? 'state' : undefined
    return [...vocabulary.devices.values()].flatMap(({ name, quantities }) => {
      if (target.name !== undefined && target.name !== name) return []
      const fitting = quantities.filter((each) => (quantity ?? each) === each && (each === 'state') === isState)
      return fitting.map((each) => (isState ? name : `${name}.${each}`))
    })
  }
}
