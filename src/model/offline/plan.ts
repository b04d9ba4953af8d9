import { lex, type Token } from './lexer.ts'
import type { OfflineDevice, Parsed, PlanCall } from './parsed.ts'
import { type PlanTime, planTimeAt, planTimeText } from './plan-time.ts'
import { renderCalls } from './render.ts'
import type { Symbol } from './symbols.ts'
import { toolUse } from './tool-use.ts'
import { politeWords } from './words.ts'

/** What a message asks to be done now. */
type ReadPresent = (text: string, devices: readonly OfflineDevice[]) => Parsed

/**
 * A message about what is to be done later: an order as `present` reads it and one time, at its beginning, its end, or
 * before `for 5 minutes`; a reminder; or a word on the jobs that there are. `undefined` for all other messages.
 */
export function parsePlan(text: string, devices: readonly OfflineDevice[], present: ReadPresent): Parsed | undefined {
  const sentences = lex(text, new Set(devices.map(({ name }) => name)))
  const [sentence] = sentences
  if (sentence === undefined || sentences.length > 1 || sentence.question) return undefined
  const tokens = withoutPoliteness(sentence.tokens)
  const names = new Set(devices.flatMap(({ name }) => name.split(/[-_]/)))
  return aboutJobs(tokens, names) ?? reminder(text, tokens) ?? laterOrder({ text, tokens, names }, devices, present)
}

function withoutPoliteness(tokens: readonly Token[]): readonly Token[] {
  const words = tokens.filter(({ form, joined, word }) => form === 'name' || joined || !politeWords.includes(word))
  const isComma = (token: Token | undefined): boolean => token?.word === ','
  return words.slice(isComma(words[0]) ? 1 : 0, isComma(words.at(-1)) ? -1 : undefined)
}

function planned(call: Omit<PlanCall, 'kind' | 'name'>): Parsed {
  return { kind: 'calls', calls: [{ kind: 'plan', name: undefined, ...call }], notes: [] }
}

const listTexts: ReadonlySet<string> = new Set([
  'list jobs',
  'list all jobs',
  'list the jobs',
  'show jobs',
  'show the jobs',
  'show me the jobs',
  'jobs',
  'what is planned',
  'what is scheduled',
  'which jobs are there',
  'what jobs are there',
])

function aboutJobs(tokens: readonly Token[], names: ReadonlySet<string>): Parsed | undefined {
  if (tokens.some(({ form, joined, word }) => form === 'name' || joined || names.has(word))) return undefined
  const text = tokens.map(({ word }) => word).join(' ')
  if (listTexts.has(text)) return planned({ use: { name: 'schedule_list', args: {} }, words: 'list jobs' })
  const [, verb = '', id = ''] = /^(cancel|remove|delete|pause|resume) (?:the )?job (?:# )?(\d{1,6})$/.exec(text) ?? []
  switch (verb) {
    case '':
      return undefined
    case 'pause':
    case 'resume':
      return planned({
        use: { name: 'schedule_update', args: { id, paused: verb === 'pause' } },
        words: `${verb} job ${id}`,
      })
    default:
      return planned({ use: { name: 'schedule_remove', args: { id } }, words: `cancel job ${id}` })
  }
}

/** `remind me in 20 minutes to water the plants`, also with the time at the end; the words are posted as they are. */
function reminder(text: string, tokens: readonly Token[]): Parsed | undefined {
  const [first, second, ...more] = tokens
  if (first?.word !== 'remind' || second?.word !== 'me' || more.length === 0) return undefined
  const symbols = symbolsOf(tokens)
  const early = planTimeAt(symbols, 2)
  const late = early === undefined ? lastTime(symbols) : undefined
  const time = early?.value ?? late?.time
  if (time === undefined) return undefined
  const from = early?.next ?? 2
  const to = tokens[from]?.word
  const words = tokens.slice(to === 'to' || to === 'that' || to === 'about' || to === 'of' ? from + 1 : from, late?.at)
  const begin = words[0]
  const end = words.at(-1)
  if (begin === undefined || end === undefined) return undefined
  const said = text.slice(begin.start, end.end)
  return planned({
    use: { name: 'schedule_add', args: { ...time, say: `Reminder: ${said}` } },
    words: `remind me ${planTimeText(time)} to ${said}`,
  })
}

/** A time with which the message ends. */
function lastTime(symbols: readonly Symbol[]): { readonly time: PlanTime; readonly at: number } | undefined {
  for (let at = 3; at < symbols.length; at++) {
    const found = planTimeAt(symbols, at)
    if (found?.next === symbols.length) return { time: found.value, at }
  }
  return undefined
}

function laterOrder(
  message: { readonly text: string; readonly tokens: readonly Token[]; readonly names: ReadonlySet<string> },
  devices: readonly OfflineDevice[],
  present: ReadPresent,
): Parsed | undefined {
  const { text, tokens, names } = message
  if (/^(?:is|are|what|how)$/.test(tokens[0]?.word ?? '')) return undefined
  const place = placeOfTime(tokens, names)
  if (place === undefined) return undefined
  const { time, at, next } = place
  const cut = (some: readonly Token[]): string => {
    const [first] = some
    const last = some.at(-1)
    return first === undefined || last === undefined ? '' : text.slice(first.start, last.end)
  }
  const parsed = present(`${cut(tokens.slice(0, at))} ${cut(tokens.slice(next))}`, devices)
  if (parsed.kind !== 'calls') return undefined
  const refused = (reason: string): Parsed => ({
    kind: 'unclear',
    notUnderstood: text.replaceAll(/\s+/g, ' ').trim().slice(0, 80),
    reason,
    nearest: 'help',
  })
  const { calls } = parsed
  if (calls.some(({ kind }) => kind === 'toggle')) {
    return refused('What toggling does depends on the state then: say on or off.')
  }
  const frames = new Set(calls.map((call) => (call.kind === 'set' ? `${call.value} ${call.forMs ?? ''}` : call.kind)))
  if (frames.size > 1)
    return refused('I cannot tell whether the time is meant for all of it: plan one thing at a time.')
  const uses = calls.map((call) => toolUse(call))
  return planned({
    use: { name: 'schedule_add', args: { ...time, do: uses.map(({ name, args }) => ({ tool: name, args })) } },
    words: `${renderCalls(calls)} ${planTimeText(time)}`,
  })
}

/** The one time of a message, where it can only belong to all of it. */
function placeOfTime(
  tokens: readonly Token[],
  names: ReadonlySet<string>,
): { readonly time: PlanTime; readonly at: number; readonly next: number } | undefined {
  const symbols = symbolsOf(tokens)
  for (let at = 0; at < tokens.length; at++) {
    const found = planTimeAt(symbols, at)
    if (found === undefined) continue
    const { value: time } = found
    // A comma behind it belongs to it.
    const next = at === 0 && tokens[found.next]?.word === ',' ? found.next + 1 : found.next
    const fits = at === 0 ? next < tokens.length : next === tokens.length || tokens[next]?.word === 'for'
    const isName = tokens.slice(at, next).some(({ word }) => names.has(word))
    return fits && !isName ? { time, at, next } : undefined
  }
  return undefined
}

/** Plain words: names of devices have no place in a time. */
function symbolsOf(tokens: readonly Token[]): readonly Symbol[] {
  return tokens.map(({ word, joined, form }) => ({ kind: 'word', word, joined: joined || form === 'name' }))
}
