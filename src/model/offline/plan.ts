import { lex, type Token } from './lexer.ts'
import type { OfflineDevice, Parsed, PlanCall } from './parsed.ts'
import { conditionAt } from './plan-condition.ts'
import { daysAt, daysText, type Days } from './plan-days.ts'
import { atTime, type PlanTime, planTimeAt, planTimeText, splitTime } from './plan-time.ts'
import { renderCalls } from './render.ts'
import { type Symbol, vocabularyOf } from './symbols.ts'
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

function refused(text: string, reason: string, nearest: string): Parsed {
  return { kind: 'unclear', notUnderstood: text.replaceAll(/\s+/g, ' ').trim().slice(0, 80), reason, nearest }
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
  const said = wordsFrom(text, tokens, early?.next ?? 2, late?.at)
  if (time === undefined) {
    const days = daysAt(symbols, 2)
    const wish = wordsFrom(text, tokens, days?.next ?? 2, undefined)
    const isPlain = days !== undefined || tokens[2]?.word === 'to'
    const instead = days === undefined ? 'in 20 minutes' : `${daysOf(days.value)} at 07:00`
    return refused(
      text,
      'I need a time for that.',
      `remind me ${instead} to ${isPlain && wish !== undefined ? wish : 'water the plants'}`,
    )
  }
  if (said === undefined) return undefined
  return planned({
    use: { name: 'schedule_add', args: { ...time, say: `Reminder: ${said}` } },
    words: `remind me ${planTimeText(time)} to ${said}`,
  })
}

/** As they stand, without the `to` before them. */
function wordsFrom(
  text: string,
  tokens: readonly Token[],
  from: number,
  until: number | undefined,
): string | undefined {
  const isJoint = ['to', 'that', 'about', 'of'].includes(tokens[from]?.word ?? '')
  const said = partOf(text, tokens.slice(isJoint ? from + 1 : from, until))
  return said === '' ? undefined : said
}

/** A time with which the message ends. */
function lastTime(symbols: readonly Symbol[]): { readonly time: PlanTime; readonly at: number } | undefined {
  for (let at = 3; at < symbols.length; at++) {
    const found = planTimeAt(symbols, at)
    if (found?.next === symbols.length) return { time: found.value, at }
  }
  return undefined
}

/** A message without its time, or without the days that it names. */
interface Cut<Time> {
  readonly time: Time
  readonly rest: readonly [before: readonly Token[], behind: readonly Token[]]
}

function laterOrder(
  message: { readonly text: string; readonly tokens: readonly Token[]; readonly names: ReadonlySet<string> },
  devices: readonly OfflineDevice[],
  present: ReadPresent,
): Parsed | undefined {
  const { text, tokens, names } = message
  if (/^(?:is|are|what|how)$/.test(tokens[0]?.word ?? '')) return undefined
  const read = <Time>(cuts: readonly Cut<Time>[]) =>
    cuts.map(({ time, rest }) => ({
      time,
      parsed: present(rest.map((some) => partOf(text, some)).join(' '), devices),
    }))
  const timed = read([...timesIn(tokens, names), ...conditionsIn(tokens, devices)])
  const [first, ...others] = timed.flatMap(ordered)
  if (first === undefined) {
    const [daily] = read(daysIn(tokens, names)).flatMap(ordered)
    if (daily !== undefined) {
      const instead = `${renderCalls(daily.calls)} ${daysOf(daily.time)} at 07:00`
      return refused(text, 'I need a time of day for that.', instead)
    }
    // Its time is understood: what is not is named without it.
    const [longest] = timed
    if (longest?.parsed.kind !== 'unclear') return undefined
    const { nearest } = longest.parsed
    return nearest === 'help' ? longest.parsed : { ...longest.parsed, nearest: atTime(nearest, longest.time) }
  }
  const { time, calls } = first
  const words = atTime(renderCalls(calls), time)
  const [other] = others
  if (other !== undefined) {
    const instead = atTime(renderCalls(other.calls), other.time)
    return refused(text, `I can read that in more than one way: "${words}" or "${instead}".`, words)
  }
  if (calls.some(({ kind }) => kind === 'toggle')) {
    return refused(text, 'What toggling does depends on the state then: say on or off.', 'help')
  }
  const frames = new Set(calls.map((call) => (call.kind === 'set' ? `${call.value} ${call.forMs ?? ''}` : call.kind)))
  if (frames.size > 1) {
    return refused(text, 'I cannot tell whether the time is meant for all of it: plan one thing at a time.', 'help')
  }
  const uses = calls.map((call) => toolUse(call))
  return planned({
    use: { name: 'schedule_add', args: { ...time, do: uses.map(({ name, args }) => ({ tool: name, args })) } },
    words,
  })
}

/** What was read as an order. */
function ordered<Time>({ time, parsed }: { readonly time: Time; readonly parsed: Parsed }) {
  return parsed.kind === 'calls' ? [{ time, calls: parsed.calls }] : []
}

/** Each time that can only belong to all of the message: at its beginning, its end, before `for 5 minutes`, or around it. */
function timesIn(tokens: readonly Token[], names: ReadonlySet<string>): readonly Cut<PlanTime>[] {
  const symbols = symbolsOf(tokens)
  const isEnd = (next: number): boolean => next === tokens.length || tokens[next]?.word === 'for'
  const cuts = tokens.flatMap((_, at): readonly Cut<PlanTime>[] => {
    const found = planTimeAt(symbols, at)
    if (found === undefined) return []
    // A comma behind it belongs to it.
    const next = at === 0 ? afterComma(tokens, found.next) : found.next
    const fits = at === 0 ? next < tokens.length : isEnd(next)
    if (!fits || hasName(tokens.slice(at, next), names)) return []
    return [{ time: found.value, rest: [tokens.slice(0, at), tokens.slice(next)] }]
  })
  const days = daysAt(symbols, 0)
  if (days === undefined || hasName(tokens.slice(0, days.next), names)) return cuts
  const from = afterComma(tokens, days.next)
  const around = tokens.flatMap((_, at): readonly Cut<PlanTime>[] => {
    const found = at > from ? splitTime(days.value, symbols, at) : undefined
    if (found === undefined || !isEnd(found.next) || hasName(tokens.slice(at, found.next), names)) return []
    return [{ time: found.value, rest: [tokens.slice(from, at), tokens.slice(found.next)] }]
  })
  return [...cuts, ...around]
}

/** What it begins with waiting for. At its end, nobody could tell what a `for 5 minutes` belongs to. */
function conditionsIn(tokens: readonly Token[], devices: readonly OfflineDevice[]): readonly Cut<PlanTime>[] {
  const found = conditionAt(tokens, symbolsOf(tokens), vocabularyOf(devices))
  if (found === undefined) return []
  const next = afterComma(tokens, found.next)
  return next === tokens.length ? [] : [{ time: { when: found.value }, rest: [[], tokens.slice(next)] }]
}

/** Days without a time, at the beginning or the end. */
function daysIn(tokens: readonly Token[], names: ReadonlySet<string>): readonly Cut<Days>[] {
  const symbols = symbolsOf(tokens)
  return tokens.flatMap((_, at): readonly Cut<Days>[] => {
    const found = daysAt(symbols, at)
    if (found === undefined || hasName(tokens.slice(at, found.next), names)) return []
    const next = at === 0 ? afterComma(tokens, found.next) : found.next
    if (at > 0 && next < tokens.length) return []
    return [{ time: found.value, rest: [tokens.slice(0, at), tokens.slice(next)] }]
  })
}

function daysOf(days: Days): string {
  return days.kind === 'once' ? days.day : daysText(days.field)
}

function afterComma(tokens: readonly Token[], at: number): number {
  return tokens[at]?.word === ',' ? at + 1 : at
}

function hasName(tokens: readonly Token[], names: ReadonlySet<string>): boolean {
  return tokens.some(({ word }) => names.has(word))
}

function partOf(text: string, tokens: readonly Token[]): string {
  const first = tokens[0]
  const last = tokens.at(-1)
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end)
}

/** Plain words: names of devices have no place in a time. */
function symbolsOf(tokens: readonly Token[]): readonly Symbol[] {
  return tokens.map(({ word, joined, form }) => ({ kind: 'word', word, joined: joined || form === 'name' }))
}
