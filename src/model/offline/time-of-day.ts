import { type Found, listSeparator, optional, phrase, wordAt } from './cursor.ts'
import type { Symbol } from './symbols.ts'
import { numberWords } from './words.ts'

export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/** Which hours people call so. */
const partHours = {
  morning: [0, 11],
  afternoon: [12, 18],
  evening: [16, 23],
  night: [20, 28],
  tonight: [17, 23],
} as const satisfies Record<string, readonly [first: number, last: number]>

export type PartOfDay = keyof typeof partHours

/** What stands on a clock; `half` where it says so, or is noon or midnight. */
interface Written extends TimeOfDay {
  readonly half: 'am' | 'pm' | undefined
  /** Nothing but a time of day is written so: `7:30`, `7pm`, not `7`. */
  readonly isPlain: boolean
}

/** A time of day with what was said about which of two it is; one that cannot be so is not found. */
export interface Clock extends TimeOfDay {
  readonly part: PartOfDay | undefined
  readonly isPlain: boolean
  /** Whether it is said, and not only known, which half of the day it is in: `7pm`, `7 in the evening`, `every evening at 7`. */
  readonly saysHalf: boolean
}

/** `7`, `7:30`, `7.30`, `18:30`, `7pm`, `seven`, `7 o'clock`, `half past 7`, `noon`, `7 in the evening`, `10 at night`. */
export function clockAt(
  symbols: readonly Symbol[],
  at: number,
  knownPart: PartOfDay | undefined,
): Found<Clock> | undefined {
  const written = writtenAt(symbols, at)
  if (written === undefined) return undefined
  const said = partBehind(symbols, written.next)
  const part = said?.value ?? knownPart
  if (part !== (knownPart ?? part)) return undefined
  const hour = hourIn(written.value, part)
  if (hour === undefined) return undefined
  const { minute, isPlain, half } = written.value
  const saysHalf = half !== undefined || part !== undefined
  return { value: { hour, minute, part, isPlain, saysHalf }, next: said?.next ?? written.next }
}

/** `7`, `7 and 19`, `7, 12 and at 17`: as many as stand there. None of several whose half of the day is said for some of them. */
export function clocksAt(
  symbols: readonly Symbol[],
  at: number,
  knownPart: PartOfDay | undefined,
): Found<readonly Clock[]> | undefined {
  const clocks: Clock[] = []
  let next = at
  for (let from: number | undefined = at; from !== undefined;) {
    const clock: Found<Clock> | undefined = clockAt(
      symbols,
      clocks.length === 0 ? from : optional(symbols, from, ['at']),
      knownPart,
    )
    if (clock === undefined) break
    clocks.push(clock.value)
    next = clock.next
    from = listSeparator(symbols, next)
  }
  const isUnclear = new Set(clocks.map(({ saysHalf }) => saysHalf)).size > 1
  return clocks.length === 0 || isUnclear ? undefined : { value: clocks, next }
}

/** `morning`; of a day. */
export function partAt(symbols: readonly Symbol[], at: number): Found<PartOfDay> | undefined {
  const word = wordAt(symbols, at) ?? ''
  const part = (['morning', 'afternoon', 'evening', 'night'] as const).find((each) => each === word)
  return part === undefined ? undefined : { value: part, next: at + 1 }
}

/** A time that is offered where none was said. */
export function likelyClock(part: PartOfDay | undefined): string {
  return part === undefined ? '07:00' : likelyClocks[part]
}

const likelyClocks: Readonly<Record<PartOfDay, string>> = {
  morning: '07:00',
  afternoon: '15:00',
  evening: '19:00',
  night: '21:00',
  tonight: '21:00',
}

export function timeText({ hour, minute }: TimeOfDay): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** `in the evening`, `at night`. */
function partBehind(symbols: readonly Symbol[], at: number): Found<PartOfDay> | undefined {
  const start = phrase(symbols, at, ['in'], ['the']) ?? phrase(symbols, at, ['at'])
  const part = start === undefined ? undefined : partAt(symbols, start)
  const isNight = wordAt(symbols, at) === 'at'
  return part === undefined || (part.value === 'night') !== isNight ? undefined : part
}

/** The one hour of the day that this can be: `7` of an evening is 19. */
function hourIn({ hour, half }: Written, part: PartOfDay | undefined): number | undefined {
  if (part === undefined) return hour
  const [first, last] = partHours[part]
  const meant = half === undefined && hour > 0 && hour < 12 ? [hour, hour + 12] : [hour]
  const fitting = meant.filter((each) => [each, each + 24].some((one) => one >= first && one <= last))
  return fitting.length === 1 ? fitting[0] : undefined
}

function writtenAt(symbols: readonly Symbol[], at: number): Found<Written> | undefined {
  const first = wordAt(symbols, at) ?? ''
  if (first === 'noon') return { value: { hour: 12, minute: 0, half: 'pm', isPlain: true }, next: at + 1 }
  if (first === 'midnight') return { value: { hour: 0, minute: 0, half: 'am', isPlain: true }, next: at + 1 }
  const past = phrase(symbols, at, ['half'], ['past'])
  const hasMinutes = past === undefined && wordAt(symbols, at + 1) === ':'
  const start = past ?? at
  const digits = String(numberWords.get(wordAt(symbols, start) ?? '') ?? wordAt(symbols, start) ?? '')
  const end = hasMinutes ? at + 3 : start + 1
  const text = hasMinutes ? `${first}:${wordAt(symbols, at + 2) ?? ''}` : digits.replace('.', ':')
  const [, hours = '', minutes, joined] = /^(\d{1,2})(?::(\d\d))?([ap]m)?$/.exec(text) ?? []
  const behind = /^(?:[ap]m|o'clock)$/.exec(wordAt(symbols, end) ?? '')?.[0]
  if (hours === '' || (behind !== undefined && joined !== undefined)) return undefined
  if ((behind === "o'clock" || past !== undefined) && minutes !== undefined) return undefined
  const half = halfOf(behind ?? joined)
  const minute = past === undefined ? Number(minutes ?? 0) : 30
  const value = onClock(Number(hours), minute, half)
  const isPlain = minutes !== undefined || half !== undefined || past !== undefined || behind !== undefined
  return value === undefined
    ? undefined
    : { value: { ...value, half, isPlain }, next: behind === undefined ? end : end + 1 }
}

function halfOf(word: string | undefined): 'am' | 'pm' | undefined {
  return word === 'am' || word === 'pm' ? word : undefined
}

function onClock(hour: number, minute: number, half: 'am' | 'pm' | undefined): TimeOfDay | undefined {
  if (minute > 59) return undefined
  if (half === undefined) return hour > 23 ? undefined : { hour, minute }
  if (hour < 1 || hour > 12) return undefined
  return { hour: (hour % 12) + (half === 'pm' ? 12 : 0), minute }
}
