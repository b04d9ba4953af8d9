import { phrase, wordAt } from './cursor.ts'
import type { Parsed } from './parsed.ts'
import { conditionAt } from './plan-condition.ts'
import { conditionNews } from './plan-condition-text.ts'
import { afterComma, partOf, type PlanMessage, symbolsOf } from './plan-cuts.ts'
import { type Days, daysAt, daysOf } from './plan-days.ts'
import { planned } from './plan-jobs.ts'
import { refused } from './plan-order.ts'
import { planTimeText } from './plan-text.ts'
import { type PlanTime, planTimeAt, splitTime } from './plan-time.ts'
import type { Symbol } from './symbols.ts'
import { likelyClock } from './time-of-day.ts'

/** How a wish begins that something be said: what is posted before its words, and how a message says it. */
interface Head {
  readonly next: number
  readonly before: string
  readonly words: string
}

/** When something is to be said, and where in the message that stands. */
interface Timed {
  readonly time: PlanTime
  readonly from: number
  readonly until: number
}

/**
 * What is to be said later: `remind me in 20 minutes to water the plants`, `at 18:00 say dinner is ready`, `when the door
 * opens tell me`. The words are posted as they are.
 */
export function laterSpeech(message: PlanMessage): Parsed | undefined {
  return notice(message) ?? speechBehindTime(message) ?? speechBeforeTime(message)
}

/** `when the door opens tell me`, `warn me when the humidity is below 40`. */
function notice({ tokens, vocabulary }: PlanMessage): Parsed | undefined {
  const plain = symbolsOf(tokens)
  const verb = noticeAt(plain, 0)
  // Who wants to be warned does not ask how it is now.
  const isIf = verb !== undefined && wordAt(plain, 0) !== 'tell' && wordAt(plain, verb) === 'if'
  const symbols = isIf ? plain.with(verb, { kind: 'word', word: 'when', joined: false }) : plain
  const found = conditionAt(tokens, symbols, vocabulary, verb ?? 0)
  if (found === undefined) return undefined
  const end = verb === undefined ? noticeAt(symbols, afterComma(tokens, found.next)) : found.next
  if (end !== tokens.length) return undefined
  const { value: when } = found
  const news = conditionNews(when)
  const [name = ''] = 'device' in when ? when.device.split('.') : []
  const action = news === undefined ? { do: [{ tool: 'device_read', args: { name } }] } : { say: news }
  return planned({
    use: { name: 'schedule_add', args: { when, ...action } },
    words: `${planTimeText({ when })} tell me`,
  })
}

function noticeAt(symbols: readonly Symbol[], at: number): number | undefined {
  const verb = phrase(symbols, at, ['tell', 'warn', 'alert', 'notify', 'message', 'text'], ['me'])
  return verb ?? phrase(symbols, at, ['let'], ['me'], ['know'])
}

/** `in an hour say the bread is ready`, `tomorrow at 7 remind me to feed the cat`, `every day remind me to go at 7`. */
function speechBehindTime(message: PlanMessage): Parsed | undefined {
  const { tokens, vocabulary } = message
  const symbols = symbolsOf(tokens)
  const time = planTimeAt(symbols, 0)
  const when = conditionAt(tokens, symbols, vocabulary, 0)
  const days = time === undefined ? daysAt(symbols, 0) : undefined
  const front = time ?? when ?? days
  const head = front === undefined ? undefined : headAt(symbols, afterComma(tokens, front.next))
  if (head === undefined) return undefined
  if (time !== undefined) return speech(message, head, { time: time.value, from: head.next, until: tokens.length })
  const split = days === undefined ? undefined : splitTime(days.value, symbols, head.next)
  if (split !== undefined) return speech(message, head, { time: split.value, from: split.next, until: tokens.length })
  if (when !== undefined)
    return speech(message, head, { time: { when: when.value }, from: head.next, until: tokens.length })
  return days === undefined ? undefined : withLateClock(message, head, days.value, head.next)
}

/** `remind me in 20 minutes to go`, `remind me to go in 20 minutes`, `say hello when the door opens`. */
function speechBeforeTime(message: PlanMessage): Parsed | undefined {
  const { tokens, vocabulary } = message
  const symbols = symbolsOf(tokens)
  const head = headAt(symbols, 0)
  if (head === undefined || head.next === tokens.length) return undefined
  const at = head.next
  const early = planTimeAt(symbols, at)
  if (early !== undefined) return speech(message, head, { time: early.value, from: early.next, until: tokens.length })
  const when = conditionAt(tokens, symbols, vocabulary, at)
  if (when !== undefined) {
    const from = afterComma(tokens, when.next)
    return speech(message, head, { time: { when: when.value }, from, until: tokens.length })
  }
  const days = daysAt(symbols, at)
  if (days !== undefined) return withLateClock(message, head, days.value, days.next)
  for (let until = at + 1; until < tokens.length; until++) {
    const time = planTimeAt(symbols, until) ?? conditionTimeAt(message, symbols, until)
    if (time?.next === tokens.length) return speech(message, head, { time: time.value, from: at, until })
  }
  if (head.before === '') return undefined
  for (let until = at + 1; until < tokens.length; until++) {
    const late = daysAt(symbols, until)
    if (late?.next === tokens.length) return withoutTime(message, head, late.value, { from: at, until })
  }
  return withoutTime(message, head, undefined, { from: at, until: tokens.length })
}

function conditionTimeAt({ tokens, vocabulary }: PlanMessage, symbols: readonly Symbol[], at: number) {
  const found = conditionAt(tokens, symbols, vocabulary, at)
  return found === undefined ? undefined : { value: { when: found.value }, next: found.next }
}

/** `remind me every day to feed the cat at 7`. */
function withLateClock(message: PlanMessage, head: Head, days: Days, from: number): Parsed | undefined {
  const { tokens } = message
  const symbols = symbolsOf(tokens)
  for (let until = from + 1; until < tokens.length; until++) {
    const time = splitTime(days, symbols, until)
    if (time?.next === tokens.length) return speech(message, head, { time: time.value, from, until })
  }
  return withoutTime(message, head, days, { from, until: tokens.length })
}

function withoutTime(
  message: PlanMessage,
  head: Head,
  days: Days | undefined,
  { from, until }: Pick<Timed, 'from' | 'until'>,
): Parsed {
  const isPlain = days !== undefined || message.tokens[from]?.word === 'to'
  const said = isPlain ? wordsOf(message, from, until) : undefined
  const wish = said === undefined ? undefined : shownText(said)
  const when = days === undefined ? 'in 20 minutes' : `${daysOf(days)} at ${likelyClock(days.part)}`
  const instead =
    head.before === '' ? `${when} say ${wish ?? 'hello'}` : `remind me ${when} to ${wish ?? 'water the plants'}`
  return refused(message.text, 'I need a time for that.', instead)
}

function speech(message: PlanMessage, head: Head, { time, from, until }: Timed): Parsed | undefined {
  const said = wordsOf(message, from, until)
  if (said === undefined) return undefined
  const shown = shownText(said)
  const words =
    head.before !== '' && !('when' in time)
      ? `remind me ${planTimeText(time)} to ${shown}`
      : `${planTimeText(time)} ${head.words} ${shown}`
  return planned({ use: { name: 'schedule_add', args: { ...time, say: `${head.before}${said}` } }, words })
}

function headAt(symbols: readonly Symbol[], at: number): Head | undefined {
  const remind = phrase(symbols, at, ['remind'], ['me'])
  if (remind !== undefined) return { next: remind, before: 'Reminder: ', words: 'remind me to' }
  const say = phrase(symbols, at, ['say']) ?? phrase(symbols, at, ['tell'], ['me'], ['that'])
  return say === undefined ? undefined : { next: say, before: '', words: 'say' }
}

/** What would end the sentence stands in quotes. */
function shownText(said: string): string {
  return /[.!?;\n]/.test(said) && !/["“”„]/.test(said) ? `"${said}"` : said
}

/** As they stand, without the `to` before them and without quotes. */
function wordsOf({ text, tokens }: PlanMessage, from: number, until: number): string | undefined {
  const isJoint = ['to', 'that', 'about', 'of', ':'].includes(tokens[from]?.word ?? '')
  const said = partOf(text, tokens.slice(isJoint ? from + 1 : from, until))
    .replace(/[\s,]+$/, '')
    .replace(/^["“”„]([^"“”„]*)["“”„]$/, '$1')
    .trim()
  return said === '' ? undefined : said
}
